using Slipway.Core.Manifests;
using Slipway.Core.Routing;

namespace Slipway.Gateway.Tests;

/// <summary>Short forms of route tables.</summary>
internal static class Tables
{
    public const string Blue = "b1b1b1b1b1b1";
    public const string Green = "9e9e9e9e9e9e";

    public static RoutedService Service(string name, params RoutedRelease[] releases) => Service(name, Route(), releases);

    public static RoutedService Service(string name, Route route, params RoutedRelease[] releases)
        => new(Name(name), [route], [.. releases]);

    public static Route Route(
        string path = "/", string? host = null, bool strip = false, bool sticky = false, TimeSpan hold = default, TimeSpan? timeout = null)
        => new(host, path, strip, sticky, hold, timeout ?? TimeSpan.FromSeconds(30));

    public static RoutedRelease Release(string id, int weight, params int[] ports)
        => new(Id(id), weight, [.. ports.Select(port => new Endpoint(Instance(id, port), "127.0.0.1", port))]);

    /// <summary>A release whose instances speak HTTP/2.</summary>
    public static RoutedRelease Http2Release(string id, int weight, params int[] ports)
        => new(Id(id), weight, [.. ports.Select(port => new Endpoint(Instance(id, port), "127.0.0.1", port) { Http2 = true })]);

    private static InstanceId Instance(string release, int port)
        => InstanceId.TryParse($"x-{release}-{port}", out var id) ? id : throw new ArgumentException("Not a release.", nameof(release));

    private static ServiceName Name(string text)
        => ServiceName.TryParse(text, out var name) ? name : throw new ArgumentException("Not a name.", nameof(text));

    private static ReleaseId Id(string text)
        => ReleaseId.TryParse(text, out var id) ? id : throw new ArgumentException("Not a name.", nameof(text));
}
