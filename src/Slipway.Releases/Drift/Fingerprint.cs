using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Routing;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Drift;

/// <summary>
/// What really runs, as one number: every instance's release, artefact as it is on disk, program and arguments, limits, probes
/// and variables, and the gateway's live routes and shares. Two are equal when the same runs in the same way, whatever the
/// instances are called and wherever they listen. Secret values count, but by a key that lives as long as a control plane, so
/// that nothing can be guessed from it; two of different control planes cannot be compared.
/// </summary>
/// <param name="Whole">All of it, 16 hexadecimal digits.</param>
/// <param name="Parts">Each service by itself, and <c>routes</c>.</param>
public sealed record Fingerprint(string Whole, ImmutableSortedDictionary<string, string> Parts)
{
    private const string Routes = "routes";
    private const int Digits = 16;

    /// <summary>A key for the lifetime of a control plane.</summary>
    public static ImmutableArray<byte> NewKey() => [.. RandomNumberGenerator.GetBytes(32)];

    /// <summary>The fingerprint of what a close look shows. Pure.</summary>
    /// <param name="target">The instances.</param>
    /// <param name="traffic">The gateways.</param>
    /// <param name="key">The key, 32 bytes.</param>
    public static Fingerprint Of(TargetInspection target, TrafficInspection traffic, ImmutableArray<byte> key)
    {
        var parts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var service in target.Instances.GroupBy(one => one.Workload.Service.ToString()))
            parts[service.Key] = Hash(key, service.Select(one => Of(one, key)).Order(StringComparer.Ordinal));
        parts[Routes] = Hash(key, (traffic.Live?.Services ?? []).OrderBy(one => one.Service.ToString(), StringComparer.Ordinal).Select(Of));
        var rest = target.Deviations.Select(Of).Order(StringComparer.Ordinal);
        return new(Hash(key, parts.Select(part => $"{part.Key} {part.Value}").Concat(rest)), parts.ToImmutable());
    }

    // PORT, HOST and whatever SLIPWAY_ says belong to the one instance, and to the place where it runs.
    private static bool IsOfInstance(string variable) => variable is "PORT" or "HOST" || variable.StartsWith("SLIPWAY_", StringComparison.Ordinal);

    private static string Of(InspectedInstance instance, ImmutableArray<byte> key)
    {
        var variables = instance.Variables?.Where(one => !IsOfInstance(one.Key)).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}");
        return Hash(key,
        [
            instance.Workload.Release.ToString(),
            Hash(key, instance.Traits.Select(one => $"{one.Key} {one.Value}")),
            variables is null ? "unknown" : Hash(key, variables),
            .. instance.Deviations.Select(Of).Order(StringComparer.Ordinal),
        ]);
    }

    // How many end points there are counts; which, does not.
    private static string Of(RoutedService service) => string.Create(CultureInfo.InvariantCulture,
        $"{service.Service} {string.Join(',', service.Routes)} {string.Join(',', service.Releases.Where(one => one.Weight > 0).Select(one => $"{one.Release}:{one.Weight}:{one.Endpoints.Length}:{one.Load}"))}");

    private static string Of(Deviation deviation) => $"{deviation.Aspect} {deviation.Service} {deviation.Subject} {deviation.Running}";

    private static string Hash(ImmutableArray<byte> key, IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.AsSpan());
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..Digits];
    }
}
