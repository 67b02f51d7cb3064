using Slipway.Core.Settings;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Drift;

/// <summary>Makes a deviation fit to be shown: names of files and values of variables are anybody's text.</summary>
internal static class ShownDeviation
{
    /// <summary>The same without any secret value that is known, and without what a terminal would obey.</summary>
    public static Deviation Of(Deviation one, Redactor redactor)
    {
        string Shown(string text) => new([.. redactor.Redact(text).Select(letter => char.IsControl(letter) ? '?' : letter)]);
        return one with { Declared = Shown(one.Declared), Running = Shown(one.Running), Subject = Shown(one.Subject) };
    }
}
