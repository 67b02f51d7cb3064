using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Cli.Settings;
using Slipway.Core.Manifests;
using Slipway.Secrets.Inputs;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway check</c>: whether the manifest is right.</summary>
internal static class CheckVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("check", "Check the manifest and what was rendered from it; with -e or --all also the settings of a start here, but for what secret stores hold: see secrets doctor. Every fault at once.");
        var all = new Option<bool>("--all") { Description = "Check the settings of every environment." };
        command.Options.Add(all);
        var common = CommonOptions.AddTo(command, "the manifest of all, the settings of none.");
        Examples.Add(
            command,
            "0 it is right; 1 a setting or a rendered file is wrong; 2 the manifest or the command line is; 3 it cannot be read.",
            "slipway check                 is the manifest right, in every environment?",
            "slipway check -e production   are its settings right, with the variables of this shell?",
            "slipway check --all           in every environment?");
        command.SetAction(result => result.GetValue(all) && common.Environment(result) is not null
            ? throw new CommandFailure(ExitCodes.Usage, "-e and --all exclude each other.", "Give one of them.")
            : Run(ManifestFile.Require(common.File(result)), common.Environment(result)?.ToString(), result.GetValue(all), common.Json(result)));
        return command;
    }

    /// <summary>
    /// Runs the verb without the parser, whose making costs 25 ms, when every argument is one that it knows; null when the
    /// parser must look.
    /// </summary>
    public static int? TryRunPlain(string[] args)
    {
        string? file = null;
        string? environment = null;
        var all = false;
        for (var i = 1; i < args.Length; i++)
        {
            if (args[i] == "--all")
            {
                all = true;
                continue;
            }
            var isFile = args[i] is "-f" or "--file";
            if ((!isFile && args[i] is not ("-e" or "--env")) || ++i == args.Length || args[i].StartsWith('-'))
                return null;
            if (isFile ? file is not null : environment is not null)
                return null;
            if (isFile)
                file = args[i];
            else
                environment = args[i];
        }
        if (all && environment is not null)
            return null;
        try
        {
            return ManifestFile.Find(file) is { } path && File.Exists(path) ? Run(path, environment, all, json: false) : null;
        }
        catch (Exception error) when (error is CommandFailure or IOException or UnauthorizedAccessException)
        {
            return null; // The long way finds it again, and explains it.
        }
    }

    /// <summary>Checks a manifest and prints what was found; returns the exit code.</summary>
    /// <param name="path">The manifest.</param>
    /// <param name="environment">The environment whose settings are checked; null for none or all.</param>
    /// <param name="all">Whether the settings of every environment are checked.</param>
    /// <param name="json">Whether to print JSON.</param>
    public static int Run(string path, string? environment, bool all, bool json)
    {
        var faults = new List<Diagnostic>();
        var manifest = Read(path, environment, faults);
        var exitCode = HasError(faults) ? ExitCodes.Usage : ExitCodes.Done;
        if (manifest is not null && exitCode == ExitCodes.Done)
        {
            CheckSettings(manifest, path, environment, all, faults);
            StaleFiles.Find(manifest, path, faults);
            exitCode = HasError(faults) ? ExitCodes.No : ExitCodes.Done;
        }
        faults = EachOnce(faults);
        if (json)
        {
            StandardStreams.Line(Json(path, faults));
            return exitCode;
        }
        foreach (var fault in faults)
            StandardStreams.Line(fault.ToString());
        if (exitCode == ExitCodes.Done)
            StandardStreams.Line($"{ManifestFile.Shown(path)} is right: {manifest!.Name} in {environment ?? Names(manifest)}{(all || environment is not null ? ", settings included" : "")}.");
        return exitCode;
    }

    /// <summary>Prints the faults of a manifest that another verb is about to use, and returns its exit code; null when there is no error.</summary>
    public static int? Faults(string path, string environment, bool json)
    {
        var faults = new List<Diagnostic>();
        Read(path, environment, faults);
        if (json && HasError(faults))
            StandardStreams.Line(Json(path, faults));
        foreach (var fault in faults)
            StandardStreams.ErrorLine(fault.ToString());
        return HasError(faults) ? ExitCodes.Usage : null;
    }

    /// <summary>A manifest without errors, its warnings and errors printed; null when there are errors.</summary>
    public static Manifest? Manifest(string path)
    {
        var faults = new List<Diagnostic>();
        var manifest = Read(path, null, faults);
        foreach (var fault in faults)
            StandardStreams.ErrorLine(fault.ToString());
        return HasError(faults) ? null : manifest;
    }

    /// <summary>Reads a manifest and collects its faults in one environment, or in all of them.</summary>
    private static Manifest? Read(string path, string? environment, List<Diagnostic> faults)
    {
        var name = CommonOptions.ParseEnvironment(environment);
        var manifest = ManifestFile.Read(path, faults);
        if (manifest is null)
            return null;
        var variables = CallerVariables.All();
        var folder = Path.GetDirectoryName(path)!;
        // Faults of .env itself are told where its settings are checked.
        var filling = name is null || name == ManifestReader.Local
            ? CallerSettings.Filling(variables, SettingInputsReader.ReadDotEnv(folder, SettingInputsReader.DotEnvName, [])) : variables;
        if (name is { } one)
            manifest.Resolve(one, filling, faults);
        else
            faults.AddRange(manifest.Check(filling));
        return manifest;
    }

    private static void CheckSettings(Manifest manifest, string path, string? environment, bool all, List<Diagnostic> faults)
    {
        foreach (var name in manifest.Environments)
        {
            if (all || name.ToString() == environment)
                CallerSettings.Of(manifest, path, name, faults);
        }
    }

    /// <summary>Each fault once, as they were found: what holds in every environment is not told for each.</summary>
    private static List<Diagnostic> EachOnce(List<Diagnostic> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var once = new List<Diagnostic>(faults.Count);
        foreach (var fault in faults)
        {
            if (seen.Add(fault.ToString()))
                once.Add(fault);
        }
        return once;
    }

    private static string Names(Manifest manifest)
    {
        string? names = null;
        foreach (var name in manifest.Environments)
            names = names is null ? name.ToString() : $"{names}, {name}";
        return names ?? "";
    }

    private static bool HasError(List<Diagnostic> faults)
    {
        foreach (var fault in faults)
        {
            if (fault.Severity == Severity.Error)
                return true;
        }
        return false;
    }

    private static byte[] Json(string path, List<Diagnostic> faults)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("file", path);
            writer.WriteBoolean("ok", !HasError(faults));
            writer.WriteStartArray("faults");
            foreach (var fault in faults)
            {
                writer.WriteStartObject();
                writer.WriteString("code", fault.Code);
                writer.WriteString("severity", fault.Severity == Severity.Error ? "error" : "warning");
                writer.WriteString("file", fault.At.File);
                writer.WriteNumber("line", fault.At.Line);
                writer.WriteNumber("column", fault.At.Column);
                writer.WriteString("message", fault.Message);
                writer.WriteString("remedy", fault.Remedy);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
