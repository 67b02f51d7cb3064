using Slipway.Core.Settings;

namespace Slipway.Targets.Processes.Logs;

/// <summary>
/// Covers the secrets in the logs of instances that have ended: once, and again when there are new secrets or the logs have been
/// written since. An instance of an earlier release that is restored has the folder of the one before, and may come and go
/// between two looks.
/// </summary>
/// <param name="secrets">What is covered.</param>
internal sealed class LogSweep(Redactor secrets)
{
    private readonly Dictionary<string, Swept> _swept = new(StringComparer.Ordinal);

    private readonly record struct Swept(int Version, long Bytes, DateTime WrittenAt);

    /// <summary>Looks over the instances of an environment.</summary>
    /// <param name="instances">The folder of its instances.</param>
    /// <param name="alive">Folders whose logs are still written, and are covered as they grow.</param>
    public void Sweep(string instances, HashSet<string> alive)
    {
        var version = secrets.Version;
        if (version == 0 || !Directory.Exists(instances))
            return;
        foreach (var folder in Directory.EnumerateDirectories(instances))
        {
            if (alive.Contains(folder))
            {
                _swept.Remove(folder);
                continue;
            }
            var logs = new DirectoryInfo(folder).GetFiles("std*.log*");
            // What covering itself writes makes the next look once more, in vain.
            var now = new Swept(version, logs.Sum(log => log.Length), logs.Select(log => log.LastWriteTimeUtc).DefaultIfEmpty().Max());
            if (_swept.TryGetValue(folder, out var before) && before == now)
                continue;
            foreach (var log in logs)
                SecretCover.File(log.FullName, 0, secrets);
            _swept[folder] = now;
        }
    }
}
