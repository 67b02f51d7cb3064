using System.Text;

namespace Slipway.Secrets;

/// <summary>Reads files that only their owner may read.</summary>
internal static class SecretFile
{
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a value comes back unchanged from a file and from a variable: no NUL, no half of a surrogate pair.</summary>
    public static bool IsText(string value)
    {
        try
        {
            return !value.Contains('\0') && Strict.GetByteCount(value) >= 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The text of a small file in UTF-8.</summary>
    /// <exception cref="IOException">It cannot be read, holds more than <paramref name="bytesMax"/>, or is no text.</exception>
    public static string ReadText(string path, int bytesMax)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[bytesMax + 1];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count > bytesMax ? throw new IOException($"{path} holds more than {bytesMax} bytes.")
            : Text(bytes.AsSpan(0, count)) ?? throw new IOException($"{path} holds bytes that are no text.");
    }

    /// <summary>Bytes as text; null when they are none. A variable carries text without NUL only, and what is replaced silently is lost.</summary>
    public static string? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return bytes.Contains((byte)0) ? null : Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Whether nobody but its owner (and root) may open a file; true where the operating system has no such modes.</summary>
    public static bool IsPrivate(string path)
        => OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Others) == UnixFileMode.None;

    /// <summary>Refuses a file that others could have read.</summary>
    /// <exception cref="SecretStoreException">Others may open it.</exception>
    public static void RefuseOthers(string path)
    {
        if (File.Exists(path) && !IsPrivate(path))
            throw new SecretStoreException($"The file {path} is open to other users.", $"Consider what it holds known if they may have read it, then: chmod 600 {path}");
    }
}
