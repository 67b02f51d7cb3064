using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>
/// What an instance runs from and how, as it is and not as it should be: the files of its artefact, its program and arguments,
/// what it may use, and the service that its record has it run as. Two instances of one workload are alike in all of it.
/// </summary>
internal static class InstanceTraits
{
    /// <summary>All that can be told.</summary>
    /// <param name="runner">The instance.</param>
    /// <param name="record">What is known of it.</param>
    /// <param name="process">Its process.</param>
    /// <param name="manifest">What its artefact holds; null without one, and while that cannot be read.</param>
    public static ImmutableSortedDictionary<string, string> Of(InstanceRunner runner, InstanceRecord record, ProcessIdentity process, ArtefactManifest? manifest)
    {
        var traits = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var folder = new ProcessFolder(process.Pid);
        traits["artefact"] = manifest is null ? record.SourceFolder : Hash(manifest.Files.Select(file => $"{file.Key} {file.Value.Sha256} {file.Value.Mode}").Concat(manifest.Others?.Select(other => $"{other.Key} {other.Value}") ?? []));
        traits["digest"] = record.Artefact?.ToString() ?? "none";
        traits["service"] = Hash([JsonSerializer.Serialize(record.Service, InstanceJson.Default.Service)]);
        traits["program"] = Common(runner, record, folder.Program ?? "unknown");
        traits["arguments"] = Hash((folder.Arguments ?? []).Select(argument => Common(runner, record, argument)));
        traits["limits"] = Hash(record.Groups.SelectMany(Limits));
        return traits.ToImmutable();
    }

    // Where it works and what it is called differs from instance to instance.
    private static string Common(InstanceRunner runner, InstanceRecord record, string text)
    {
        var common = text.Replace(runner.Folder.Work, "WORK", StringComparison.Ordinal)
            .Replace(KernelPath.Of(runner.Folder.Work), "WORK", StringComparison.Ordinal)
            .Replace(record.Id.ToString(), "INSTANCE", StringComparison.Ordinal);
        return record.Port is { } port && common.EndsWith(port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            ? common[..^port.ToString(CultureInfo.InvariantCulture).Length] + "PORT" : common;
    }

    private static IEnumerable<string> Limits(string group)
    {
        foreach (var file in (string[])["memory.max", "memory.limit_in_bytes", "cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us"])
        {
            var path = Path.Combine(group, file);
            if (File.Exists(path))
                yield return $"{file} {Text(path)}";
        }
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unreadable";
        }
    }

    private static string Hash(IEnumerable<string> parts)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
}
