using System.Collections.Immutable;
using System.Text;

namespace Slipway.Targets.Processes.Inspecting;

/// <summary>The variables of a process, from the memory that it was given them in.</summary>
/// <param name="Values">Those that can be trusted.</param>
/// <param name="AreWhole">Whether they are all that it was started with.</param>
internal sealed record ProcessVariables(ImmutableDictionary<string, string> Values, bool AreWhole)
{
    /// <summary>How much of it is read, in bytes: as much as Linux lets a program be given.</summary>
    public const int BytesMax = 2 * 1024 * 1024;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Reads <c>NAME=VALUE</c> entries that end in zeros. A program that writes its title over them leaves rubble from the first
    /// entry on, then the rest of the one it broke off in, then whole ones.
    /// </summary>
    /// <param name="memory">What <c>/proc/PID/environ</c> holds.</param>
    /// <param name="mark">An entry that it must have been started with.</param>
    public static ProcessVariables Read(ReadOnlySpan<byte> memory, string mark)
    {
        var entries = Entries(memory);
        var rubble = entries.FindLastIndex(entry => !IsVariable(entry));
        var values = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        // The first one behind the rubble may be the rest of a longer one.
        foreach (var entry in entries.Skip(rubble < 0 ? 0 : rubble + 2))
        {
            var split = entry!.IndexOf('=');
            // Where a name stands twice, programs read the first.
            values.TryAdd(entry[..split], entry[(split + 1)..]);
        }
        return new(values.ToImmutable(), rubble < 0 && entries.Contains(mark));
    }

    private static List<string?> Entries(ReadOnlySpan<byte> memory)
    {
        var entries = new List<string?>();
        if (memory.IsEmpty)
            return entries;
        var isEnded = memory[^1] == 0;
        foreach (var range in (isEnded ? memory[..^1] : memory).Split((byte)0))
            entries.Add(Text((isEnded ? memory[..^1] : memory)[range]));
        return entries;
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsVariable(string? entry)
    {
        var split = entry?.IndexOf('=') ?? -1;
        return split > 0 && !entry.AsSpan(0, split).ContainsAnyInRange('\0', ' ');
    }
}
