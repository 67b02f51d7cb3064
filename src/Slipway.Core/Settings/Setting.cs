using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>A declared configuration value and, where the environment sets one, its value there.</summary>
public sealed record Setting
{
    /// <summary>Its name, <c>UPPER_SNAKE</c>; <c>__</c> separates what .NET maps to nested keys.</summary>
    public required string Name { get; init; }

    /// <summary>What values it takes.</summary>
    public required SettingType Type { get; init; }

    /// <summary>The values of an <see cref="SettingType.Enum"/>; empty for others.</summary>
    public required ImmutableArray<string> Choices { get; init; }

    /// <summary>A regular expression that the whole of a string must match; null for any.</summary>
    public string? Pattern { get; init; }

    /// <summary>The bounds of a value; null for none.</summary>
    public SettingRange? Range { get; init; }

    /// <summary>Environments in which it must have a value.</summary>
    public required ImmutableArray<EnvironmentName> Required { get; init; }

    /// <summary>Environments in which it may have a value; empty for all.</summary>
    public required ImmutableArray<EnvironmentName> Only { get; init; }

    /// <summary>The services that see it, and no others.</summary>
    public required ImmutableArray<ServiceName> Services { get; init; }

    /// <summary>Whether it grants access, and so is never shown.</summary>
    public required bool Secret { get; init; }

    /// <summary>Used in the environments of <see cref="Safe"/> only.</summary>
    public string? Default { get; init; }

    /// <summary>Environments that may use the default: <c>local</c>, <c>ci</c>, both or none.</summary>
    public required ImmutableArray<EnvironmentName> Safe { get; init; }

    /// <summary>What the environment sets it to; for a setting with a store, a reference to it.</summary>
    public string? Value { get; init; }

    /// <summary>Where <see cref="Value"/> stands; null without one.</summary>
    public SourcePlace? ValueAt { get; init; }

    /// <summary>Names that it had before; a value under one still counts, with a warning.</summary>
    public required ImmutableArray<string> Formerly { get; init; }

    /// <summary>What it is for.</summary>
    public string? Doc { get; init; }

    /// <summary>A value as it may look.</summary>
    public string? Example { get; init; }

    /// <summary>How it is renewed; null when only by hand.</summary>
    public Rotation? Rotation { get; init; }

    /// <summary>Where it is declared.</summary>
    public required SourcePlace At { get; init; }
}

/// <summary>What values a setting takes.</summary>
public enum SettingType
{
    /// <summary>Any text, or what its pattern matches.</summary>
    String,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>A finite number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>An absolute URL.</summary>
    Url,

    /// <summary>A host name or an IP address.</summary>
    Host,

    /// <summary>A port, 1 to 65535.</summary>
    Port,

    /// <summary>A duration with a unit, such as <c>30s</c>.</summary>
    Duration,

    /// <summary>A size with a unit, such as <c>64Mi</c>.</summary>
    Size,

    /// <summary>One of the listed values.</summary>
    Enum,

    /// <summary>Texts separated by commas.</summary>
    List,

    /// <summary>Pairs <c>name=text</c> separated by commas.</summary>
    Map,

    /// <summary>A JSON value (RFC 8259).</summary>
    Json,

    /// <summary>A key or certificate in PEM (RFC 7468).</summary>
    Pem,

    /// <summary>A JSON Web Key Set (RFC 7517); its first key signs, all of them verify.</summary>
    Jwks,

    /// <summary>A PostgreSQL connection string, as a URI or as keywords.</summary>
    Postgres,

    /// <summary>A Redis URI or a StackExchange.Redis configuration.</summary>
    Redis,

    /// <summary>An AMQP URI, as RabbitMQ takes it.</summary>
    Amqp,
}
