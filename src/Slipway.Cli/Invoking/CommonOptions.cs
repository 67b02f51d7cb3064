using System.CommandLine;
using Slipway.Cli.Connection;
using Slipway.Cli.Homes;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Invoking;

/// <summary>The options that every verb takes.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _file = new("--file") { Description = "The manifest. Default: slipway.yaml in this folder or the nearest one above.", HelpName = "slipway.yaml" };
    private readonly Option<string?> _home = new("--home") { Description = "The control plane's folder. Default: $SLIPWAY_HOME, else .slipway beside the manifest.", HelpName = "DIR" };
    private readonly Option<string?> _environment = new("--env", "-e") { HelpName = "NAME" };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON for machines: one value, or one object a line." };

    private CommonOptions(Command command, string environmentDefault, bool followTakesF)
    {
        if (!followTakesF)
            _file.Aliases.Add("-f");
        _environment.Description = $"The environment. Default: {environmentDefault}";
        command.Options.Add(_environment);
        command.Options.Add(_json);
        command.Options.Add(_file);
        command.Options.Add(_home);
    }

    /// <summary>Adds them to a verb.</summary>
    /// <param name="command">The verb.</param>
    /// <param name="environmentDefault">What is taken when no environment is named, for the help.</param>
    /// <param name="followTakesF">Whether <c>-f</c> means to follow, so that the manifest is named by <c>--file</c> alone.</param>
    public static CommonOptions AddTo(Command command, string environmentDefault = "local.", bool followTakesF = false)
        => new(command, environmentDefault, followTakesF);

    /// <summary>Whether JSON was asked for.</summary>
    public bool Json(ParseResult result) => result.GetValue(_json);

    /// <summary>The manifest that was named; null when none was.</summary>
    public string? File(ParseResult result) => result.GetValue(_file);

    /// <summary>The environment that was named; null when none was.</summary>
    public EnvironmentName? Environment(ParseResult result) => ParseEnvironment(result.GetValue(_environment));

    /// <summary>The environment that was named, or <c>local</c>.</summary>
    public EnvironmentName EnvironmentOrLocal(ParseResult result)
        => Environment(result) ?? ParseEnvironment("local")!.Value;

    /// <summary>The home that was named, or the one beside the manifest.</summary>
    public HomeFolder Home(ParseResult result)
    {
        var named = result.GetValue(_home);
        return HomeFolder.Find(named, named is null ? ManifestFile.Find(File(result)) : null)
            ?? throw new CommandFailure(ExitCodes.Usage, $"There is no {ManifestFile.Name} in this folder or above.", "Go to the application's folder, or name a home with --home.");
    }

    /// <summary>The control plane of that home.</summary>
    public ControlPlaneCalls ControlPlane(ParseResult result) => new(Home(result));

    /// <summary>Reads an environment's name; null for none.</summary>
    public static EnvironmentName? ParseEnvironment(string? text)
    {
        if (text is null)
            return null;
        return EnvironmentName.TryParse(text, out var name)
            ? name
            : throw new CommandFailure(ExitCodes.Usage, $"\"{text}\" is no environment's name.", $"Give {EnvironmentName.Shape}.");
    }
}
