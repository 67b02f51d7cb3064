namespace Slipway.Secrets;

/// <summary>Where the control plane's own secrets lie in its home.</summary>
/// <param name="Folder">The home folder, absolute.</param>
public sealed record SecretHome(string Folder)
{
    /// <summary>The encrypted store called <c>home</c>.</summary>
    public string File => Path.Combine(Folder, "secrets.store");

    /// <summary>Its key, made at its first use, when the environment names no other.</summary>
    public string KeyFile => Path.Combine(Folder, "secrets.key");
}
