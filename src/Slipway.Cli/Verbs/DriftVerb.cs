using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Api;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway drift</c>: what runs otherwise than it was declared.</summary>
internal static class DriftVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("drift", "Compare what runs with the live release, and the release with what the manifest and the stores say now.");
        var environment = new Argument<string?>("ENV") { Description = "The environment.", Arity = ArgumentArity.ZeroOrOne };
        var fix = new Option<bool>("--fix") { Description = "Bring back what was changed from outside, without a request lost; releases nothing new." };
        var running = new Option<bool>("--running") { Description = "Leave the manifest and the stores aside: only what was changed from outside." };
        command.Arguments.Add(environment);
        command.Options.Add(fix);
        command.Options.Add(running);
        var common = CommonOptions.AddTo(command, "the only one there is, else local.");
        Examples.Add(
            command,
            "0 everything is as declared; 1 something is not; 2 wrong usage; 3 nothing could be looked at.",
            "slipway drift production",
            "slipway drift production --fix",
            "slipway drift production --running --json    for a job that looks every night");
        command.SetAction(async (result, cancel) =>
        {
            var calls = common.ControlPlane(result);
            var named = CommonOptions.ParseEnvironment(result.GetValue(environment)) ?? common.Environment(result);
            var where = await EnvironmentChoice.OrOnly(calls, named, cancel);
            var manifest = result.GetValue(running) ? null : ManifestFile.Require(common.File(result));
            var request = new DriftRequest
            {
                ManifestPath = manifest,
                Variables = manifest is null ? new Dictionary<string, string>() : CallerVariables.For(manifest, where),
                Fix = result.GetValue(fix),
                Path = CallerVariables.Path,
            };
            if (request.Fix)
                StandardStreams.ErrorLine("Bringing back what was changed; others take the place of instances before those end. See: slipway events -f");
            var view = await calls.Post(Paths.Of(ApiRoutes.Drift, where), request, ApiJson.Default.DriftRequest, ApiJson.Default.DriftView, cancel);
            if (common.Json(result))
                StandardStreams.Line(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Default.DriftView));
            else
                Print(view, compared: manifest is not null);
            return view is { Changed.Count: 0, Unreleased.Count: 0 } ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    /// <summary>The findings in groups, each with what to do.</summary>
    public static void Print(DriftView view, bool compared)
    {
        Group("Brought back", view.Fixed, remedies: false);
        Group("Changed from outside", view.Changed, remedies: true);
        Group("Declared, but not released", view.Unreleased, remedies: true);
        foreach (var untold in view.Untold)
            StandardStreams.ErrorLine($"Not compared or not done: {untold}");
        if (view is { Changed.Count: 0, Unreleased.Count: 0 })
            StandardStreams.Line($"{view.Environment} runs release {view.Live} as {(compared && view.Untold.Count == 0 ? "the manifest declares it" : "it was released")}.");
        if (view.Fingerprint is { } fingerprint)
            StandardStreams.Line($"Fingerprint of what runs: {fingerprint.Whole}");
    }

    private static void Group(string title, IReadOnlyList<DriftFindingView> findings, bool remedies)
    {
        if (findings.Count == 0)
            return;
        StandardStreams.Line($"{title}: {findings.Count}");
        TableWriter.Show(Table(findings));
        foreach (var remedy in remedies ? findings.Select(one => one.Remedy).Distinct(StringComparer.Ordinal) : [])
            StandardStreams.Line(remedy);
    }

    /// <summary>One line a finding.</summary>
    public static TextTable Table(IReadOnlyList<DriftFindingView> findings)
    {
        var table = new TextTable("aspect", "whose", "what", "declared", "running", "declared by");
        foreach (var one in findings)
            table.Add(one.Aspect, one.Instance?.ToString() ?? one.Service?.ToString(), one.Subject, one.Declared, one.Running, Origin(one));
        return table;
    }

    private static string? Origin(DriftFindingView one)
        => one is { DeclaredBy: { } by, DeclaredAt: { } at } ? $"{by}, {Durations.Stamp(at)}, {one.DeclaredIn}" : null;
}
