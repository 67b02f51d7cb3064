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

    /// <param name="rounds">How many rotations of each kind go on undisturbed, and how many are killed.</param>
    /// <param name="progress">Told what is going on.</param>
    /// <param name="stop">Ends the measurement.</param>
    public static async IAsyncEnumerable<Figure> Measure(int rounds, Action<string> progress, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var make in (Func<Task<IRotatedSecret>>[])
        [
            () => Task.FromResult<IRotatedSecret>(new RotatedKeys()),
            async () => new RotatedDatabase(await PostgresServer.Start(stop)),
            () => Task.FromResult<IRotatedSecret>(new RotatedToken()),
            () => Task.FromResult<IRotatedSecret>(new RotatedValue()),
        ])
        {
            await using var secret = await make();
            progress($"  {secret.Name}");
            foreach (var figure in await Measure(secret, rounds, progress, stop))
                yield return figure;
        }
    }

    private static async Task<IReadOnlyList<Figure>> Measure(IRotatedSecret secret, int rounds, Action<string> progress, CancellationToken stop)
    {
        await using var stack = await Stack.Start(secret.Manifest, stop);
        var variables = await secret.Prepare(stack, stop);
        var (code, rollout) = await stack.Deploy(variables, "--wait", "settled");
        if (code != 0)
            throw new InvalidOperationException($"The application of {secret.Name} does not go live: {rollout}");
        var gateway = await stack.Address();
        await secret.Begin(stack, gateway, stop);
        await using var load = new CredentialLoad(gateway, RatePerSecond, secret.Request);
        var (kept, lost, kills) = (0, 0, 0);
        for (var round = 0; round < 2 * rounds; round++)
        {
            await secret.Begin(stack, gateway, stop);
            var run = round < rounds ? await RotationRun.ByCommand(stack, secret, stop) : await RotationRun.UnderKills(stack, secret, stop);
            kills += run.Kills;
            if (!run.IsDone)
            {
                lost++;
                progress($"  {run.Outcome}");
            }
            else if (!await secret.RefusesOld(gateway, stop))
            {
                kept++;
            }
        }
        while (load.Sent < SentMin)
            await Task.Delay(100, stop);
        await load.End();
        foreach (var refusal in load.Refusals.Take(20))
            progress($"  {refusal}");
        return
        [
            Figure.Exactly($"{secret.Name}: requests refused of {load.Sent}, over {2 * rounds} rotations", load.Refusals.Count, "requests", 0),
            Figure.AtLeast("  requests sent in that run", load.Sent, "requests", SentMin),
            Figure.Exactly("  old credentials that still let in afterwards", kept, "of them", 0),
            Figure.Exactly($"  rotations not done, with {kills} kills of the control plane", lost, "rotations", 0),
        ];
    }
}
