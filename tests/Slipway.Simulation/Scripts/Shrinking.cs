using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Simulation.Scripts;

/// <summary>
/// Makes a failing script as small as it will go: greedy delta debugging, which takes the first smaller script that still
/// fails in the same way and begins again, until none does.
/// </summary>
/// <param name="rule">How a script fails: the invariant it breaks, or null for none.</param>
internal sealed class Shrinking(Func<Script, Task<string?>> rule)
{
    /// <summary>How many scripts were played.</summary>
    public int Played { get; private set; }

    /// <summary>The smallest script found that breaks the same invariant.</summary>
    /// <param name="script">A script that breaks one.</param>
    /// <param name="playsMax">How many scripts to play at most.</param>
    public async Task<Script> Smallest(Script script, int playsMax = 5000)
    {
        var broken = await rule(script) ?? throw new ArgumentException("It does not fail.", nameof(script));
        var smaller = true;
        while (smaller)
        {
            smaller = false;
            foreach (var candidate in Smaller(script))
            {
                if (Played >= playsMax)
                    return script;
                Played++;
                if (await rule(candidate) != broken)
                    continue;
                (script, smaller) = (candidate, true);
                break;
            }
        }
        return script;
    }

    // Large bites first: they save the many small ones.
    private static IEnumerable<Script> Smaller(Script script)
    {
        foreach (var moves in Without(script.Moves))
            yield return script with { Moves = moves };
        foreach (var kills in Without(script.Kills))
            yield return script with { Kills = kills };
        foreach (var twice in Without(script.Twice))
            yield return script with { Twice = twice };
        foreach (var late in Without(script.Late))
            yield return script with { Late = late };
        foreach (var releases in Without(script.Releases).Where(left => script.Moves.OfType<Move.Deploy>().All(move => left.Any(one => one.Version == move.Version))))
            yield return script with { Releases = releases };
        for (var i = 0; i < script.Releases.Length; i++)
        {
            foreach (var release in Simpler(script.Releases[i]))
                yield return script with { Releases = script.Releases.SetItem(i, release) };
        }
        for (var i = 0; i < script.Moves.Length; i++)
        {
            foreach (var move in Simpler(script.Moves[i]).Where(move => i == 0 || move.At >= script.Moves[i - 1].At))
                yield return script with { Moves = script.Moves.SetItem(i, move) };
        }
        for (var i = 0; i < script.Kills.Length; i++)
        {
            if (script.Kills[i] > 1)
                yield return script with { Kills = script.Kills.SetItem(i, script.Kills[i] / 2) };
        }
    }

    private static IEnumerable<ImmutableArray<T>> Without<T>(ImmutableArray<T> all)
    {
        for (var bite = all.Length; bite > 0; bite /= 2)
        {
            for (var from = 0; from + bite <= all.Length; from += bite)
                yield return all.RemoveRange(from, bite);
        }
    }

    private static IEnumerable<ScriptedRelease> Simpler(ScriptedRelease release)
    {
        foreach (var service in release.Services.Where(_ => release.Services.Length > 1))
        {
            yield return release with
            {
                Services = [.. release.Services.Where(one => one != service).Select(one => one with { Needs = one.Needs.Remove(service.Name) })],
            };
        }
        for (var i = 0; i < release.Services.Length; i++)
        {
            var service = release.Services[i];
            if (service.Replicas > 1)
                yield return release with { Services = release.Services.SetItem(i, service with { Replicas = 1 }) };
            if (service.Smoke)
                yield return release with { Services = release.Services.SetItem(i, service with { Smoke = false }) };
            if (!service.Needs.IsEmpty)
                yield return release with { Services = release.Services.SetItem(i, service with { Needs = [] }) };
        }
        if (!release.Behaviour.IsGood)
            yield return release with { Behaviour = Behaviour.Good };
        if (release.Steps.Length > 1)
            yield return release with { Steps = [100] };
        if (release.Strategy != Strategy.BlueGreen)
            yield return release with { Strategy = Strategy.BlueGreen };
        if (release.Approval)
            yield return release with { Approval = false };
        if (release.GuardSeconds > 0)
            yield return release with { GuardSeconds = 0 };
        if (release.BakeSeconds > 0)
            yield return release with { BakeSeconds = 0 };
    }

    private static IEnumerable<Move> Simpler(Move move)
    {
        if (move.At > 0)
            yield return move with { At = Math.Floor(move.At / 2) };
        if (move.At != Math.Floor(move.At))
            yield return move with { At = Math.Floor(move.At) };
        if (move is Move.Deploy { Queue: true } deploy)
            yield return deploy with { Queue = false };
        if (move is Move.Outage { Seconds: > 1 } outage)
            yield return outage with { Seconds = Math.Floor(outage.Seconds / 2) };
        if (move is Move.Stall { Seconds: > 1 } stall)
            yield return stall with { Seconds = Math.Floor(stall.Seconds / 2) };
    }
}
