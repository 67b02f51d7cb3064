using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;
using Slipway.Cli.Load;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway load</c>: sends an address traffic and counts every way a request can be lost.</summary>
internal static class LoadVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("load", "Send an address traffic at a steady rate, and count every way a request can be lost.");
        var address = new Argument<string>("ADDRESS") { Description = "An address, such as http://127.0.0.1:8080/v1/ping, or a path of the environment's." };
        var rate = new Option<double>("--rate") { Description = "Requests that fall due each second, answered or not.", DefaultValueFactory = _ => 500, HelpName = "N" };
        var duration = new Option<string>("--duration") { Description = "For how long.", DefaultValueFactory = _ => "30s", HelpName = "30s" };
        var timeout = new Option<string>("--timeout") { Description = "How long a request may take from when it fell due.", DefaultValueFactory = _ => "10s", HelpName = "10s" };
        var connections = new Option<int>("--connections") { Description = "How many connections may be open at once.", DefaultValueFactory = _ => 512, HelpName = "N" };
        var mix = new Option<string>("--mix") { Description = "Kinds of requests and their weights.", DefaultValueFactory = _ => "get=100", HelpName = "get=80,upload=10,stream=10" };
        var uploadPath = new Option<string?>("--upload-path") { Description = "Where uploads go. Default: the address's path.", HelpName = "PATH" };
        var streamPath = new Option<string?>("--stream-path") { Description = "Where streams are read. Default: the address's path.", HelpName = "PATH" };
        var uploadBytes = new Option<int>("--upload-bytes") { Description = "How long an upload is.", DefaultValueFactory = _ => 16384, HelpName = "N" };
        var echo = new Option<bool>("--echo") { Description = "The answer to an upload must be the same bytes." };
        command.Arguments.Add(address);
        foreach (var option in (Option[])[rate, duration, timeout, connections, mix, uploadPath, uploadBytes, echo, streamPath])
            command.Options.Add(option);
        var common = CommonOptions.AddTo(command, "the only one there is, else local; used with a path.");
        Examples.Add(command, "0 no request lost; 1 some were; 2 wrong usage; 3 interrupted before any was sent.",
            "slipway load /v1/ping -e ci --rate 200 --duration 60s",
            "slipway load http://127.0.0.1:8080/ --mix get=80,upload=20 --upload-path /v1/echo --echo --json");
        command.SetAction(async (result, cancel) =>
        {
            var plan = new LoadPlan
            {
                Target = await Target(result.GetValue(address)!, common, result, cancel),
                RatePerSecond = result.GetValue(rate),
                Duration = Spans.Parse(result.GetValue(duration)!),
                Timeout = Spans.Parse(result.GetValue(timeout)!),
                ConnectionsMax = result.GetValue(connections),
                Mix = LoadMix.Parse(result.GetValue(mix)!, result.GetValue(uploadPath), result.GetValue(uploadBytes), result.GetValue(echo), result.GetValue(streamPath)),
            };
            return await Run(plan, common.Json(result), cancel);
        });
        return command;
    }

    private static async Task<int> Run(LoadPlan plan, bool json, CancellationToken cancel)
    {
        LoadReport report;
        try
        {
            report = await OpenLoopLoad.Run(plan, json ? null : new Progress(), cancel);
        }
        catch (ArgumentException error)
        {
            throw new CommandFailure(ExitCodes.Usage, error.Message.Split(" (Parameter")[0], "See: slipway load --help");
        }
        catch (System.Net.Sockets.SocketException error)
        {
            throw new CommandFailure(ExitCodes.Outside, $"{plan.Target.Host} is not known: {error.Message}.", "Check the address.");
        }
        if (json)
            StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(report, LoadJson.Default.LoadReport));
        else
        {
            foreach (var line in LoadText.Lines(report))
                StandardStreams.Line(line);
        }
        return report.Bad == 0 ? ExitCodes.Done : ExitCodes.No;
    }

    private static async Task<Uri> Target(string text, CommonOptions common, ParseResult result, CancellationToken cancel)
    {
        if (!text.StartsWith('/'))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp
                ? address
                : throw new CommandFailure(ExitCodes.Usage, $"'{text}' is neither an http address nor a path.", "Write http://127.0.0.1:8080/ or /v1/ping.");
        }
        var calls = common.ControlPlane(result);
        var environment = await EnvironmentChoice.OrOnly(calls, common.Environment(result), cancel);
        var view = await calls.Get(Paths.Of(ApiRoutes.Environment, environment), ApiJson.Default.EnvironmentView, cancel);
        return view.Address is { } gateway
            ? new Uri(gateway, text)
            : throw new CommandFailure(ExitCodes.No, $"Nothing of {environment} takes traffic.", $"Deploy to it first: slipway deploy {environment}.");
    }

    private sealed class Progress : IProgress<LoadReport>
    {
        public void Report(LoadReport value)
            => StandardStreams.ErrorLine($"{value.ElapsedSeconds,6:0.0} s  {value.Total.Ended} ended, {value.Bad} bad, p99 {value.Latency.P99:0.0} ms");
    }
}
