using System.Runtime.InteropServices;
using Slipway.Bench;
using Slipway.Bench.Crashes;
using Slipway.Bench.Crashes.Doomed;
using Slipway.Bench.Drift;
using Slipway.Bench.Gates;
using Slipway.Bench.Gateways;
using Slipway.Bench.Guards;
using Slipway.Bench.Rotations;
using Slipway.Bench.Settings;
using Slipway.Bench.Simulated;
using Slipway.Bench.Workers;

if (args is [DoomedControlPlane.Name, .. var doomed])
    return await DoomedControlPlane.Run(doomed);
if (args is [OpenLoop.Name, .. var asked])
    return OpenLoop.Run(asked);
if (args is [ClosedLoop.Name, .. var loop])
    return ClosedLoop.Run(loop);
if (args is [OriginServer.Name, .. var ports])
    return OriginServer.Run(ports);
var names = args.Where(argument => !argument.StartsWith('-')).ToList();
var quick = args.Contains("--quick");
var json = args.Contains("--json");
if (names is ["simulation", "replay", var seed] && int.TryParse(seed, out var number))
    return await Replay.Run(number);
if (names is ["simulation", "seeds", var first, var many] && int.TryParse(first, out var from) && int.TryParse(many, out var count))
    return await Replay.Seeds(from, count);
Func<bool, Action<string>, CancellationToken, IAsyncEnumerable<Figure>>? bench = names switch
{
    ["rollout"] => RolloutBench.Run,
    ["settings"] => SettingsBench.Run,
    ["drift"] => DriftFigures.Run,
    ["rotations"] => RotationFigures.Measure,
    ["simulation"] => SimulatedFigures.Measure,
    ["workers"] => WorkerFigures.Run,
    ["crash"] => CrashFigures.Measure,
    ["guard"] => GuardFigures.Measure,
    ["gates"] => GateFigures.Measure,
    ["gateway"] => GatewayFigures.Measure,
    ["gateway", "changes"] => GatewayFigures.Changes,
    ["gateway", "soak"] => GatewayFigures.Soak,
    _ => null,
};
if (bench is null)
{
    Console.Error.WriteLine("usage: dotnet tasks.cs bench rollout|settings|drift|rotations|gates|gateway [changes|soak]|guard|crash|workers|simulation [--quick] [--json]");
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var missed = 0;
try
{
    await foreach (var figure in bench(quick, Console.Error.WriteLine, stop.Token))
    {
        missed += figure.Ok ? 0 : 1;
        Console.WriteLine(json ? figure.ToJson() : figure.ToString());
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped; what was begun for it has been ended.");
    return 130;
}
return missed == 0 ? 0 : 1;

// Everything that a measurement starts is ended on its way out, which is why it is not left at once.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
