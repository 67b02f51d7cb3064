using System.CommandLine;
using System.Text.Json;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway check</c>: whether the manifest is right.</summary>
internal static class CheckVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("check", "Check the manifest, every fault at once, in every environment.");
        var common = CommonOptions.AddTo(command, "all of them.");
        Examples.Add(command, "0 it is right; 2 it is wrong, or the command line is; 3 it cannot be read.", "slipway check", "slipway check -e production -f shop/slipway.yaml");
        command.SetAction(result => Run(ManifestFile.Require(common.File(result)), common.Environment(result)?.ToString(), common.Json(result)));
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
        for (var i = 1; i < args.Length; i++)
        {
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
        try
        {
            return ManifestFile.Find(file) is { } path && File.Exists(path) ? Run(path, environment, json: false) : null;
        }
        catch (Exception error) when (error is CommandFailure or IOException or UnauthorizedAccessException)
        {
            return null; // The long way finds it again, and explains it.
        }
    }

    /// <summary>Checks a manifest and prints what was found; returns the exit code.</summary>
    public static int Run(string path, string? environment, bool json)
    {
        var (manifest, faults) = Read(path, environment);
        if (json)
        {
            StandardStreams.Line(Json(path, faults));
            return HasError(faults) ? ExitCodes.Usage : ExitCodes.Done;
        }
        foreach (var fault in faults)
            StandardStreams.Line(fault.ToString());
        if (manifest is null || HasError(faults))
            return ExitCodes.Usage;
        var environments = environment;
        if (environments is null)
        {
            foreach (var name in manifest.Environments)
                environments = environments is null ? name.ToString() : $"{environments}, {name}";
        }
        StandardStreams.Line($"{Shown(path)} is right: {manifest.Name} in {environments}.");
        return ExitCodes.Done;
    }

    /// <summary>Prints the faults of a manifest that another verb is about to use, and returns its exit code; null when there is no error.</summary>
    public static int? Faults(string path, string environment, bool json)
    {
        var (_, faults) = Read(path, environment);
        if (json && HasError(faults))
            StandardStreams.Line(Json(path, faults));
        foreach (var fault in faults)
            StandardStreams.ErrorLine(fault.ToString());
        return HasError(faults) ? ExitCodes.Usage : null;
    }

    /// <summary>Reads a manifest and collects its faults in one environment, or in all of them.</summary>
    private static (Manifest? Manifest, List<Diagnostic> Faults) Read(string path, string? environment)
    {
        var faults = new List<Diagnostic>();
        var name = CommonOptions.ParseEnvironment(environment);
        var manifest = ManifestReader.Read(Shown(path), ReadBytes(path), faults);
        if (manifest is not null && name is { } one)
            manifest.Resolve(one, CallerVariables.All(), faults);
        else if (manifest is not null)
            faults.AddRange(manifest.Check(CallerVariables.All()));
        return (manifest, faults);
    }

    /// <summary>The file's bytes, but no more than show that it is too large: it might be a device without end.</summary>
    private static byte[] ReadBytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var bytes = new byte[ManifestReader.TextBytesMax + 1];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..count];
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

    /// <summary>The path as seen from the current folder, as compilers print it.</summary>
    private static string Shown(string path) => Path.GetRelativePath(Directory.GetCurrentDirectory(), path);

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
