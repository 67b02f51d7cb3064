using System.Collections.Immutable;

namespace Slipway.Core.Manifests;

/// <summary>
/// One request of a smoke check. Its texts may hold <c>${NAME}</c> of what a step before it captured, or of a setting of the
/// instance.
/// </summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path on the instance's port.</param>
/// <param name="Headers">Headers, each <c>Name: value</c>.</param>
/// <param name="Body">What is sent; null for nothing.</param>
/// <param name="Timeout">How long the whole answer may take.</param>
public sealed record SmokeStep(string Method, string Path, ImmutableArray<string> Headers, string? Body, TimeSpan Timeout)
{
    /// <summary>The status that passes; null for 200 to 299.</summary>
    public int? Status { get; init; }

    /// <summary>A text that the answer must contain; null for any.</summary>
    public string? Contains { get; init; }

    /// <summary>What must be so of the answer, each as <see cref="SmokeExpectation"/> reads it.</summary>
    public ImmutableArray<string> Expect { get; init; } = [];

    /// <summary>What is kept of the answer for later steps, each as <see cref="SmokeCapture"/> reads it.</summary>
    public ImmutableArray<string> Capture { get; init; } = [];
}
