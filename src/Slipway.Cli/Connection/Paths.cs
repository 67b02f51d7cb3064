using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Connection;

/// <summary>Fills in the templates of <see cref="ApiRoutes"/>. Names need no escaping: their shapes allow letters, digits and hyphens only.</summary>
internal static class Paths
{
    /// <summary>A path of an environment.</summary>
    public static string Of(string template, EnvironmentName environment) => template.Replace("{environment}", environment.ToString());

    /// <summary>A path of a rollout.</summary>
    public static string Of(string template, RolloutId rollout) => template.Replace("{rollout}", rollout.ToString());

    /// <summary>A path of a rotation.</summary>
    public static string Of(string template, EnvironmentName environment, RotationId rotation) => Of(template, environment).Replace("{rotation}", rotation.ToString());

    /// <summary>A path of a release.</summary>
    public static string Of(string template, ReleaseId release) => template.Replace("{release}", release.ToString());

    /// <summary>A path with a query; entries without a value are left out.</summary>
    public static string WithQuery(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is null)
                continue;
            path += $"{separator}{name}={Uri.EscapeDataString(value)}";
            separator = '&';
        }
        return path;
    }
}
