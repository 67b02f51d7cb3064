using System.Globalization;

namespace Slipway.Secrets.Encrypted;

/// <summary>
/// A line of an encrypted store: <c>set NAME VERSION TIME BY SEALED</c> or <c>retire NAME VERSION TIME BY SEALED</c>. Names stand in
/// the clear, so that a store can be listed without its key; values never do.
/// </summary>
/// <param name="IsSet">Whether it sets a version; else it retires one.</param>
/// <param name="Name">The secret's full name.</param>
/// <param name="Version">1 to <see cref="VersionMax"/>.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Sealed">The encrypted value, empty for a retirement, in base64url.</param>
/// <param name="Line">The line it stands in, from 1.</param>
internal sealed record StoreRecord(bool IsSet, string Name, int Version, DateTimeOffset At, string By, string Sealed, int Line)
{
    /// <summary>The highest number of a version; nobody comes near it, so that one beyond it was damaged.</summary>
    public const int VersionMax = 1_000_000;

    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ssZ";

    /// <summary>What is authenticated: all of the line but what is sealed.</summary>
    public string Claim => string.Create(
        CultureInfo.InvariantCulture, $"{(IsSet ? "set" : "retire")} {Name} {Version} {At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)} {Uri.EscapeDataString(By)}");

    /// <summary>The whole line.</summary>
    public string Text => $"{Claim} {Sealed}\n";

    /// <summary>Reads a line; null when it is none.</summary>
    public static StoreRecord? Read(string line, int number)
    {
        var parts = line.Split(' ');
        if (parts is not [("set" or "retire") and var kind, var name, var version, var time, var by, var sealedText] || !SecretReference.IsName(name)
            || !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > VersionMax
            || !DateTimeOffset.TryParseExact(time, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            return null;
        return new(kind == "set", name, count, at, Uri.UnescapeDataString(by), sealedText, number);
    }
}
