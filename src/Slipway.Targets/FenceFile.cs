using System.Text;
using Slipway.Core.Manifests;
using Slipway.Files;
using Slipway.Releases.Ports;

namespace Slipway.Targets;

/// <summary>
/// Keeps the highest fencing token that has been seen, over restarts. Checks and effects go under a lock between processes, so
/// that none can be raised between the two: whoever is paused there is waited for.
/// </summary>
internal sealed class FenceFile
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly Lock _sync = new();
    private readonly string _path;
    private long _mine;
    private int _depth;

    /// <summary>Opens the fence of an environment; until a token passes, that of whoever came last is ours.</summary>
    /// <param name="path">The file.</param>
    public FenceFile(string path) => (_path, _mine) = (path, Highest(path));

    /// <summary>The file that is locked while a check and its effect are under way.</summary>
    public static string LockOf(string path) => path + ".lock";

    /// <summary>Lets a token pass that is no lower than the highest seen; read anew each time, since another process may have raised it.</summary>
    /// <exception cref="StaleFencingTokenException">It is lower.</exception>
    /// <exception cref="IOException">Another process does not let go of it.</exception>
    public void Pass(FencingToken token) => Locked(() =>
    {
        var highest = Highest(_path);
        if (token.Value < highest)
            throw new StaleFencingTokenException(token, new(highest));
        _mine = token.Value;
        if (token.Value > highest)
            PrivateFile.Replace(_path, Encoding.ASCII.GetBytes(token.Value.ToString()), durable: true);
    });

    /// <summary>Does something short, if no other control plane has taken over; none can until it is done.</summary>
    /// <exception cref="StaleFencingTokenException">One has.</exception>
    /// <exception cref="IOException">Another process does not let go of it.</exception>
    public void Hold(Action effect) => Locked(() =>
    {
        if (Highest(_path) is var highest && highest > _mine)
            throw new StaleFencingTokenException(new(_mine), new(highest));
        effect();
    });

    /// <summary>Refuses when another control plane has taken over.</summary>
    /// <exception cref="StaleFencingTokenException">One has.</exception>
    public void Check()
    {
        if (Highest(_path) is var highest && highest > _mine)
            throw new StaleFencingTokenException(new(_mine), new(highest));
    }

    private static long Highest(string path) => File.Exists(path) && long.TryParse(File.ReadAllText(path), out var seen) ? seen : 0;

    private void Locked(Action action)
    {
        lock (_sync)
        {
            // What is held already by this thread is not taken twice.
            if (_depth > 0)
            {
                action();
                return;
            }
            PrivateFolder.Create(Path.GetDirectoryName(_path)!);
            using var held = Take();
            _depth++;
            try
            {
                action();
            }
            finally
            {
                _depth--;
            }
        }
    }

    // Whoever holds it does so for one effect, which is over within milliseconds.
    private LockFile Take()
        => LockFile.Take(LockOf(_path), s_patience) ?? throw new IOException($"{LockOf(_path)} is held by another process that does not go on. End that one");
}

/// <summary>The fences of all environments of a home.</summary>
public static class Fences
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Raises all of them before anything is adopted, so that one that went silent can do nothing more behind our back.
    /// </summary>
    /// <param name="home">The home.</param>
    /// <param name="token">Our token.</param>
    /// <param name="endHolder">Ends the process that holds one of them and does not go on.</param>
    /// <exception cref="StaleFencingTokenException">Somebody else has taken over in the meantime.</exception>
    public static void Raise(HomeFolder home, FencingToken token, Action endHolder)
    {
        if (!Directory.Exists(home.Environments))
            return;
        foreach (var folder in Directory.EnumerateDirectories(home.Environments))
        {
            if (!EnvironmentName.TryParse(Path.GetFileName(folder), out _))
                continue;
            var path = Path.Combine(folder, "fence");
            if (!CanBeHad(FenceFile.LockOf(path)))
                endHolder();
            new FenceFile(path).Pass(token);
        }
    }

    private static bool CanBeHad(string path)
    {
        using var held = LockFile.Take(path, s_patience);
        return held is not null;
    }
}
