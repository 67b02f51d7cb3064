using System.Text;
using Slipway.Releases.Ports;

namespace Slipway.Targets;

/// <summary>Keeps the highest fencing token that has been seen, over restarts.</summary>
/// <param name="path">The file.</param>
internal sealed class FenceFile(string path)
{
    private readonly Lock _sync = new();

    /// <summary>Lets a token pass that is no lower than the highest seen; read anew each time, since another process may have raised it.</summary>
    /// <exception cref="StaleFencingTokenException">It is lower.</exception>
    public void Pass(FencingToken token)
    {
        lock (_sync)
        {
            var highest = File.Exists(path) && long.TryParse(File.ReadAllText(path), out var seen) ? seen : 0;
            if (token.Value < highest)
                throw new StaleFencingTokenException(token, new(highest));
            if (token.Value == highest)
                return;
            PrivateFolder.Create(Path.GetDirectoryName(path)!);
            PrivateFolder.Write(path, Encoding.ASCII.GetBytes(token.Value.ToString()), durable: true);
        }
    }
}
