using Slipway.Bench;

var names = args.Where(argument => !argument.StartsWith('-')).ToList();
var quick = args.Contains("--quick");
var json = args.Contains("--json");
if (names is not ["rollout"])
{
    Console.Error.WriteLine("usage: dotnet tasks.cs bench rollout [--quick] [--json]");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};

var missed = 0;
await foreach (var figure in RolloutBench.Run(quick, Console.Error.WriteLine, stop.Token))
{
    missed += figure.Ok ? 0 : 1;
    Console.WriteLine(json ? figure.ToJson() : figure.ToString());
}
return missed == 0 ? 0 : 1;
