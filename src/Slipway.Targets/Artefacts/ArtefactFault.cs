namespace Slipway.Targets.Artefacts;

/// <summary>Something of an artefact that is not as it was built.</summary>
/// <param name="Subject">What, such as <c>file lib/Shop.dll</c>.</param>
/// <param name="Declared">How it was built, for people.</param>
/// <param name="Running">How it is, for people.</param>
internal sealed record ArtefactFault(string Subject, string Declared, string Running)
{
    private const string AsBuilt = "as it was built";

    /// <summary>An entry is another than it was, or gone.</summary>
    public static ArtefactFault Changed(string path, string how) => new($"file {path}", AsBuilt, how);

    /// <summary>An entry has come that was not built.</summary>
    public static ArtefactFault Added(string path) => new($"file {path}", "none", "added");

    /// <summary>A file may be used otherwise than it was.</summary>
    public static ArtefactFault Mode(string path, int built, int found) => new($"mode of file {path}", Octal(built), Octal(found));

    /// <summary>The whole is not there, or cannot be judged.</summary>
    public static ArtefactFault Whole(string how) => new("artefact", AsBuilt, how);

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');
}
