using System.CommandLine;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;
using Slipway.Cli.Settings;
using Slipway.Core.Manifests;
using Slipway.Secrets;
using Slipway.Secrets.Inputs;

namespace Slipway.Cli.SecretVerbs;

/// <summary><c>slipway secrets doctor</c>: whether every secret that is referred to can be read, and the stores are sound.</summary>
internal static class DoctorVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make()
    {
        var command = new Command("doctor", "Read every secret that an environment refers to, and look the stores over.");
        var common = CommonOptions.AddTo(command, "all of them.");
        Examples.Add(command, "0 all is well; 1 something is wrong; 2 wrong usage or manifest.", "slipway secrets doctor", "slipway secrets doctor -e production");
        command.SetAction(async (result, cancel) =>
        {
            var path = ManifestFile.Require(common.File(result));
            var faults = new List<Diagnostic>();
            if (ManifestFile.Read(path, faults) is not { } manifest)
                throw new CommandFailure(ExitCodes.Usage, "The manifest is wrong.", "Correct what stands above.") { Faults = [.. faults.Select(fault => fault.ToString())] };
            if (common.Environment(result) is { } asked && !manifest.Environments.Contains(asked))
                throw new CommandFailure(ExitCodes.Usage, $"There is no environment '{asked}'.", $"Known are: {string.Join(", ", manifest.Environments)}.");
            var home = new SecretHome(common.Home(result).Path);
            using var stores = SecretStores.Open(home);
            var count = 0;
            foreach (var environment in manifest.Environments.Where(name => common.Environment(result) is not { } only || name == only))
                count += await Read(manifest, path, environment, stores, faults, cancel);
            // What has no value at all is the matter of slipway check.
            var findings = faults.Where(fault => fault.Severity == Severity.Error && fault.Code != FaultCode.SettingMissing)
                .Select(fault => fault.ToString())
                .Concat(await stores.Findings(cancel))
                .Concat(await TrackedFiles.Findings(Path.GetDirectoryName(path)!, Private(manifest, path, home), cancel))
                .Distinct(StringComparer.Ordinal).ToList();
            if (common.Json(result))
                StandardStreams.Line(SecretJson.OfFindings(findings, count));
            else
                Print(findings, count);
            return findings.Count == 0 ? ExitCodes.Done : ExitCodes.No;
        });
        return command;
    }

    // Stores may be under version control; what opens them, and values in the clear, never.
    private static List<string> Private(Manifest manifest, string path, SecretHome home)
    {
        var folder = Path.GetDirectoryName(path)!;
        var keys = manifest.Environments.Select(environment => manifest.Resolve(environment, CallerVariables.All(), [])).OfType<Application>()
            .SelectMany(application => application.SecretStores).SelectMany(store => new[] { store.KeyFile, store.TokenFile, store.SecretIdFile });
        return [.. keys.OfType<string>().Append(SettingInputsReader.DotEnvName).Append(home.KeyFile).Select(file => Path.GetFullPath(file, folder)).Distinct(StringComparer.Ordinal)];
    }

    private static void Print(List<string> findings, int readable)
    {
        foreach (var finding in findings)
            StandardStreams.Line(finding);
        StandardStreams.Line(findings.Count == 0 ? $"All is well: secrets that can be read: {readable}." : $"Findings: {findings.Count}; secrets that can be read: {readable}.");
    }

    private static async Task<int> Read(Manifest manifest, string path, EnvironmentName environment, SecretStores stores, List<Diagnostic> faults, CancellationToken cancel)
    {
        var found = new List<Diagnostic>();
        if (CallerSettings.Of(manifest, path, environment, found) is not { } caller)
        {
            faults.AddRange(found);
            return 0;
        }
        var read = await SecretReading.Of(caller.Application, caller.Settings, stores, caller.Folder, cancel);
        faults.AddRange(read.Settings.Faults);
        return read.Settings.All.Count(setting => setting is { Reference: not null, Value: not null });
    }
}
