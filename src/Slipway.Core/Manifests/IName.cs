using System.Diagnostics.CodeAnalysis;

namespace Slipway.Core.Manifests;

/// <summary>A validated name: a value of the type exists only when the text was well formed.</summary>
/// <typeparam name="TSelf">The name's own type.</typeparam>
public interface IName<TSelf>
    where TSelf : struct, IName<TSelf>
{
    /// <summary>Reads a name; false, and the default value, when the text is not well formed.</summary>
    static abstract bool TryParse([NotNullWhen(true)] string? text, out TSelf name);

    /// <summary>What a well-formed name looks like, for messages.</summary>
    static abstract string Shape { get; }

    /// <summary>The name as it was written.</summary>
    string ToString();
}
