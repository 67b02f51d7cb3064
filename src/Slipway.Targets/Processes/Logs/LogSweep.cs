using Slipway.Core.Settings;

namespace Slipway.Targets.Processes.Logs;

/// <summary>Covers the secrets in the logs of instances that have ended: once, and again when there are new secrets.</summary>
/// <param name="secrets">What is covered.</param>
internal sealed class LogSweep(Redactor secrets)
{
    private readonly Dictionary<string, int> _swept = new(StringComparer.Ordinal);

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
                _swept.Remove(folder);
            else if (_swept.GetValueOrDefault(folder) != version)
            {
                foreach (var log in Directory.EnumerateFiles(folder, "std*.log*"))
                    SecretCover.File(log, 0, secrets);
                _swept[folder] = version;
            }
        }
    }
}
