namespace Slipway.Releases.Ports;

/// <summary>
/// Rises with every control plane that takes over. Whatever changes the world carries it, and the world refuses one that
/// is lower than the highest it has seen, so a control plane that was thought dead can do no harm when it wakes.
/// </summary>
/// <param name="Value">1 or more.</param>
public readonly record struct FencingToken(long Value);

/// <summary>A port refused an effect since a control plane with a higher token has taken over.</summary>
/// <param name="mine">The token that was refused.</param>
/// <param name="highest">The highest one seen.</param>
public sealed class StaleFencingTokenException(FencingToken mine, FencingToken highest)
    : Exception($"Another control plane has taken over (token {highest.Value}, ours is {mine.Value}).");
