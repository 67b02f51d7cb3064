using System.CommandLine;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Cli.Settings;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway env</c>: the effective settings, and where each comes from.</summary>
internal static class EnvVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("env", "Show each setting's value, where it comes from and what it overrode; secrets are masked.");
        var diff = new Option<string?>("--diff") { Description = "Show what differs in another environment.", HelpName = "ENV2" };
        var service = new Option<string?>("--service") { Description = "Only what this service sees.", HelpName = "NAME" };
        command.Options.Add(diff);
        command.Options.Add(service);
        var common = CommonOptions.AddTo(command);
        Examples.Add(
            command,
            "0 shown; 1 a setting is missing or wrong; 2 wrong usage or manifest.",
            "slipway env -e production",
            "slipway env -e staging --diff production",
            "slipway env --service api --json");
        command.SetAction(result =>
        {
            var path = ManifestFile.Require(common.File(result));
            var faults = new List<Diagnostic>();
            var one = CallerSettings.Require(path, common.EnvironmentOrLocal(result), faults, result.GetValue(service));
            if (CommonOptions.ParseEnvironment(result.GetValue(diff)) is { } second)
                return Differ(one, CallerSettings.Require(path, second, faults, result.GetValue(service)), common.Json(result));
            return Show(one, faults, common.Json(result));
        });
        return command;
    }

    private static int Show(CallerSettings settings, List<Diagnostic> faults, bool json)
    {
        if (json)
        {
            StandardStreams.Line(SettingsJson.Of(settings.Application, settings.Settings, faults));
        }
        else
        {
            var table = new TextTable("setting", "value", "from", "overrode", "seen by");
            var services = settings.Application.Services.Length;
            foreach (var setting in settings.Settings.All)
            {
                table.Add(
                    setting.Setting.Name, ShownValue.Line(setting.Shown), SettingsJson.Place(setting.Origin), string.Join(", ", setting.Overrode.Select(SettingsJson.Place)),
                    setting.Setting.Services.Length == services ? "all" : string.Join(", ", setting.Setting.Services));
            }
            TableWriter.Show(table);
            foreach (var fault in faults)
                StandardStreams.ErrorLine(fault.ToString());
        }
        return faults.Any(fault => fault.Severity == Severity.Error) ? ExitCodes.No : ExitCodes.Done;
    }

    private static int Differ(CallerSettings one, CallerSettings other, bool json)
    {
        var others = other.Settings.All.ToDictionary(setting => setting.Setting.Name, StringComparer.Ordinal);
        var differing = one.Settings.All.Select(setting => (One: setting, Other: others[setting.Setting.Name]))
            .Where(pair => pair.One.Value != pair.Other.Value || Named(pair.One) != Named(pair.Other)).ToList();
        if (json)
        {
            StandardStreams.Line(SettingsJson.OfDifference(one.Application.Environment, other.Application.Environment, differing));
            return ExitCodes.Done;
        }
        if (differing.Count == 0)
        {
            StandardStreams.Line($"Every setting has the same value in {one.Application.Environment} and {other.Application.Environment}.");
            return ExitCodes.Done;
        }
        var table = new TextTable("setting", one.Application.Environment.ToString(), "from", other.Application.Environment.ToString(), "from");
        foreach (var (here, there) in differing)
            table.Add(here.Setting.Name, ShownValue.Line(here.Shown), SettingsJson.Place(here.Origin), ShownValue.Line(there.Shown), SettingsJson.Place(there.Origin));
        TableWriter.Show(table);
        return ExitCodes.Done;
    }

    // A secret of the same name in each environment's own place is what one expects, and no difference.
    private static string? Named(EffectiveSetting setting)
        => setting.Reference is { } reference ? $"{reference.Store}/{reference.Name[(reference.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]}#{reference.Version}" : null;
}
