namespace Slipway.Core.Settings;

/// <summary>What the outside gives for settings, read by the caller.</summary>
public sealed record SettingInputs
{
    /// <summary>The environment variables of whoever starts the application.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>
    /// By a setting's name, the content of the file that its variable <c>NAME_FILE</c> names, the last line break removed;
    /// counts as the variable itself.
    /// </summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>The <c>.env</c> file beside the manifest; counts in <c>local</c> only, whatever is given.</summary>
    public DotEnvFile? DotEnv { get; init; }
}
