using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>A declared configuration value and, where the environment sets one, its value there.</summary>
public sealed record Setting
{
    /// <summary>Its name, <c>UPPER_SNAKE</c>; a prefix such as <c>API__</c> that names a service keeps it to that service.</summary>
    public required string Name { get; init; }

    /// <summary>What values it takes.</summary>
    public required SettingType Type { get; init; }

    /// <summary>The values of an <see cref="SettingType.Enum"/>; empty for others.</summary>
    public required ImmutableArray<string> Choices { get; init; }

    /// <summary>Environments in which it must have a value.</summary>
    public required ImmutableArray<EnvironmentName> Required { get; init; }

    /// <summary>Environments in which it may have a value; empty for all.</summary>
    public required ImmutableArray<EnvironmentName> Only { get; init; }

    /// <summary>Whether it grants access, and so is never shown.</summary>
    public required bool Secret { get; init; }

    /// <summary>Used in <c>local</c> and <c>ci</c> only.</summary>
    public string? Default { get; init; }

    /// <summary>What the environment's overlay sets it to.</summary>
    public string? Value { get; init; }

    /// <summary>What it is for.</summary>
    public string? Doc { get; init; }

    /// <summary>Where it is declared.</summary>
    public required SourcePlace At { get; init; }
}

/// <summary>What values a setting takes.</summary>
public enum SettingType
{
    /// <summary>Any text.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>An absolute URL.</summary>
    Url,

    /// <summary>A duration with a unit, such as <c>30s</c>.</summary>
    Duration,

    /// <summary>A size with a unit, such as <c>64Mi</c>.</summary>
    Size,

    /// <summary>One of the listed values.</summary>
    Enum,
}
