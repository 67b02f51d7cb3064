using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>What is renewed when a secret is rotated.</summary>
public enum RotationKind
{
    /// <summary>A random value that services present and accept. While it is rotated they are given the one that comes, or the one that goes, beside it.</summary>
    Value,

    /// <summary>A set of signing keys, a setting of <see cref="SettingType.Jwks"/>.</summary>
    Keys,

    /// <summary>The password of one of two PostgreSQL roles that take turns.</summary>
    Database,

    /// <summary>A token that commands make and revoke.</summary>
    Token,
}

/// <summary>How a secret is renewed.</summary>
public sealed record Rotation
{
    /// <summary>What is renewed.</summary>
    public required RotationKind Kind { get; init; }

    /// <summary>How long the old one is still accepted after the switch, from 0 to 30 days.</summary>
    public required TimeSpan Overlap { get; init; }

    /// <summary>Random bytes of a new value, 16 to 1024.</summary>
    public required int LengthBytes { get; init; }

    /// <summary>What new keys are for: <c>ES256</c> or <c>RS256</c>.</summary>
    public required string Algorithm { get; init; }

    /// <summary>The two login roles that take turns; empty unless <see cref="RotationKind.Database"/>.</summary>
    public required ImmutableArray<string> Roles { get; init; }

    /// <summary>The connection string of a role that may alter them; null unless <see cref="RotationKind.Database"/>.</summary>
    public SecretReference? Admin { get; init; }

    /// <summary>Makes a token and prints it on standard output; null unless <see cref="RotationKind.Token"/>.</summary>
    public CommandLine? Create { get; init; }

    /// <summary>Revokes the token on its standard input; null unless <see cref="RotationKind.Token"/>.</summary>
    public CommandLine? Revoke { get; init; }

    /// <summary>The variable with the value that comes: services accept it, and present the present one still.</summary>
    /// <param name="setting">A setting of <see cref="RotationKind.Value"/>.</param>
    public static string Next(string setting) => setting + "_NEXT";

    /// <summary>The variable with the value that goes: services still accept it, and present the new one.</summary>
    /// <param name="setting">A setting of <see cref="RotationKind.Value"/>.</param>
    public static string Previous(string setting) => setting + "_PREVIOUS";
}
