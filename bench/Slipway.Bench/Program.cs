using Slipway.Bench;
using Slipway.Bench.Drift;
using Slipway.Bench.Gates;
using Slipway.Bench.Rotations;
using Slipway.Bench.Settings;

var names = args.Where(argument => !argument.StartsWith('-')).ToList();
var quick = args.Contains("--quick");
var json = args.Contains("--json");
Func<bool, Action<string>, CancellationToken, IAsyncEnumerable<Figure>>? bench = names switch
{
    ["rollout"] => RolloutBench.Run,
    ["settings"] => SettingsBench.Run,
    ["drift"] => DriftFigures.Run,
    ["rotations"] => RotationFigures.Measure,
    ["gates"] => GateFigures.Measure,
    _ => null,
};
if (bench is null)
{
    Console.Error.WriteLine("usage: dotnet tasks.cs bench rollout|settings|drift|rotations|gates [--quick] [--json]");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

var missed = 0;
await foreach (var figure in bench(quick, Console.Error.WriteLine, stop.Token))
{
    missed += figure.Ok ? 0 : 1;
    Console.WriteLine(json ? figure.ToJson() : figure.ToString());
}
return missed == 0 ? 0 : 1;
