namespace Slipway.Core.Manifests;

/// <summary>A place in a text file; <see cref="Line"/> and <see cref="Column"/> count from 1, 0 means the whole file.</summary>
public readonly record struct SourcePlace(string File, int Line, int Column)
{
    /// <summary>The place as compilers print it, so that editors can jump there.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}
