namespace Slipway.Secrets.Outside;

/// <summary>Reads secrets from the environment variables of this process.</summary>
/// <param name="name">Its name in references.</param>
/// <param name="prefix">What comes before every name; empty for nothing.</param>
internal sealed class EnvironmentStore(string name, string prefix) : OutsideStore(name)
{
    protected override string Where => "the environment of this process";

    protected override string? Find(string secret) => Environment.GetEnvironmentVariable(prefix + secret) is { Length: > 0 } value ? value : null;

    // Any variable may be a secret or none; listing them all would say nothing.
    protected override IEnumerable<string> Names() => [];
}
