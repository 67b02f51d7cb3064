using System.Runtime.CompilerServices;
using Slipway.Postgres;

namespace Slipway.Bench.Rotations;

/// <summary>
/// Secrets of each kind rotated under load, on real processes: nobody with a valid credential is refused, the old one lets nobody
/// in afterwards, and a control plane that is killed at every record of it ends it all the same.
/// </summary>
internal static class RotationFigures
{
    private const double RatePerSecond = 100;
    private const long SentMin = 500;

    // A database's has most that can go wrong: what is made and taken away lies elsewhere.
    private const int KilledWhenQuick = 1;

    /// <summary>Makes a secret of each kind.</summary>
    private static IReadOnlyList<Func<CancellationToken, Task<IRotatedSecret>>> Kinds { get; } =
    [
        _ => Task.FromResult<IRotatedSecret>(new RotatedKeys()),
        async stop => new RotatedDatabase(await PostgresServer.Start(stop)),
        _ => Task.FromResult<IRotatedSecret>(new RotatedToken()),
        _ => Task.FromResult<IRotatedSecret>(new RotatedValue()),
    ];

    /// <summary>The figures of all kinds.</summary>
    /// <param name="quick">Whether all kinds are rotated at once, and one of them under kills.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Measure(bool quick, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        if (quick)
        {
            foreach (var figures in await Task.WhenAll(Kinds.Select((make, kind) => Measure(make, rounds: 1, killed: kind == KilledWhenQuick ? 1 : 0, progress, stop))))
            {
                foreach (var figure in figures)
                    yield return figure;
            }
            yield break;
        }
        foreach (var make in Kinds)
        {
            foreach (var figure in await Measure(make, rounds: 2, killed: 1, progress, stop))
                yield return figure;
        }
    }

    /// <summary>The figures of one kind.</summary>
    /// <param name="make">Makes the secret.</param>
    /// <param name="rounds">How many rotations go on undisturbed.</param>
    /// <param name="killed">How many go on with the control plane killed at every record.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    private static async Task<IReadOnlyList<Figure>> Measure(
        Func<CancellationToken, Task<IRotatedSecret>> make, int rounds, int killed, Action<string> progress, CancellationToken stop)
    {
        await using var secret = await make(stop);
        progress($"  {secret.Name}");
        await using var stack = await Stack.Start(secret.Manifest, stop);
        var variables = await secret.Prepare(stack, stop);
        var (code, rollout) = await stack.Deploy(variables, "--wait", "settled");
        if (code != 0)
            throw new InvalidOperationException($"The application of {secret.Name} does not go live: {rollout}");
        var gateway = await stack.Address();
        await secret.Begin(stack, gateway, stop);
        await using var load = new CredentialLoad(gateway, RatePerSecond, secret.Request);
        var (keptOld, runs) = (0, new List<RotationRun>());
        while (runs.Count < rounds + killed)
        {
            await secret.Begin(stack, gateway, stop);
            var run = runs.Count < rounds ? await RotationRun.ByCommand(stack, secret, stop) : await RotationRun.UnderKills(stack, secret, stop);
            runs.Add(run);
            if (!run.IsDone)
                progress($"  {run.Outcome}");
            else if (!await secret.RefusesOld(gateway, stop))
                keptOld++;
        }
        while (load.Sent < SentMin)
            await Task.Delay(100, stop);
        await load.End();
        foreach (var refusal in load.Refusals.Take(20))
            progress($"  {refusal}");
        return Figures(secret.Name, load, keptOld, runs);
    }

    private static IReadOnlyList<Figure> Figures(string name, CredentialLoad load, int keptOld, List<RotationRun> runs)
    {
        var (kills, records) = (runs.Sum(run => run.Kills), runs.Sum(run => run.Records));
        return
        [
            Figure.Exactly($"{name}: requests refused of {load.Sent}, over {runs.Count} rotations", load.Refusals.Count, "requests", 0),
            Figure.AtLeast("  requests sent in that run", load.Sent, "requests", SentMin),
            Figure.Exactly("  old ones that still let in afterwards", keptOld, "secrets", 0),
            Figure.Exactly(kills == 0 ? "  rotations not done" : $"  rotations not done, with {kills} kills at {records} records", runs.Count(run => !run.IsDone), "rotations", 0),
        ];
    }
}
