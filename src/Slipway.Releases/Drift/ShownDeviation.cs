using Slipway.Core.Settings;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Drift;

/// <summary>Makes a deviation fit to be shown: names of files and values of variables are anybody's text.</summary>
internal static class ShownDeviation
{
    private const int ValueLengthMax = 200;

    /// <summary>The same without any secret value that is known, and without what a terminal would obey.</summary>
    public static Deviation Of(Deviation one, Redactor redactor)
    {
        string Shown(string text) => ShownValue.OneLine(redactor.Redact(text));
        return one with { Declared = Shown(one.Declared), Running = Shown(one.Running), Subject = Shown(one.Subject) };
    }

    /// <summary>A value that is declared or runs, or the word for there being none.</summary>
    /// <param name="value">The value; null for none.</param>
    /// <param name="none">The word.</param>
    public static string Value(string? value, string none) => value switch
    {
        null => none,
        { Length: 0 } => "empty",
        _ => ShownValue.OfAnyType(value, ValueLengthMax),
    };
}
