using System.Globalization;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Files;

namespace Slipway.Targets.Processes.Instances;

/// <summary>
/// Draws the fencing token of a start: higher than that of every start of the same service in the same environment before, of
/// whatever release. The last one is on disk before it is given; should the disk lose it, the clock still makes the next one higher.
/// </summary>
/// <param name="home">The home folder.</param>
/// <param name="environment">The environment.</param>
/// <param name="clock">The time.</param>
internal sealed class StartFence(HomeFolder home, EnvironmentName environment, TimeProvider clock)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>The next token: milliseconds since 1970, or one more than the last where that is as high.</summary>
    /// <exception cref="IOException">The disk refuses, or another control plane holds the token for longer than 5 s.</exception>
    public async Task<long> Next(ServiceName service)
    {
        var path = Path.Combine(PrivateFolder.Create(home.Fences(environment)), service.ToString());
        // A control plane that was thought dead may draw at the same moment.
        using var held = await LockFile.TakeAsync(path + ".lock", s_patience)
            ?? throw new IOException($"{path}.lock is held by another process for longer than {s_patience.TotalSeconds:0} s. Find out which: fuser {path}.lock");
        var last = File.Exists(path) && long.TryParse(await File.ReadAllTextAsync(path), NumberStyles.None, CultureInfo.InvariantCulture, out var kept) ? kept : 0;
        var next = Math.Max(last + 1, clock.GetUtcNow().ToUnixTimeMilliseconds());
        PrivateFile.Replace(path, Encoding.ASCII.GetBytes(next.ToString(CultureInfo.InvariantCulture)), durable: true);
        return next;
    }
}
