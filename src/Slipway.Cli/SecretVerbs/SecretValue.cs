using System.Security.Cryptography;
using System.Text;
using Slipway.Cli.Invoking;
using Slipway.Cli.Output;

namespace Slipway.Cli.SecretVerbs;

/// <summary>Where a value comes from that must never stand on a command line: a file, standard input, a question, or chance.</summary>
internal static class SecretValue
{
    private const int BytesMax = 64 * 1024;
    private const int RandomBytes = 32;

    /// <summary>Reads it; one last line break does not count.</summary>
    /// <param name="name">The secret, for the question.</param>
    /// <param name="file">The file; null for standard input.</param>
    /// <param name="generate">Whether it is made by chance instead.</param>
    /// <param name="cancellation">Ends the wait for whoever types.</param>
    public static Task<string> Read(string name, string? file, bool generate, CancellationToken cancellation)
        => Interruptible(() => Read(name, file, generate), cancellation);

    // Neither a key nor a pipe can be waited for with a token: the read is left behind, and the process ends without it.
    private static Task<string> Interruptible(Func<string> read, CancellationToken cancellation) => Task.Run(read, cancellation).WaitAsync(cancellation);

    private static string Read(string name, string? file, bool generate)
    {
        if (generate && file is not null)
            throw new CommandFailure(ExitCodes.Usage, "--from and --generate exclude each other.", "Give one of them.");
        if (generate)
            return Convert.ToBase64String(RandomNumberGenerator.GetBytes(RandomBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var value = file is null && !Console.IsInputRedirected ? Ask(name) : ReadText(file);
        return value.Length > 0 ? value : throw new CommandFailure(ExitCodes.Usage, "The value is empty.", "Give it by a pipe or --from; retire a secret that is no longer needed.");
    }

    /// <summary>The text of a file or of standard input, one last line break removed.</summary>
    /// <param name="file">The file; null for standard input.</param>
    /// <param name="bytesMax">The most bytes that are taken.</param>
    /// <param name="cancellation">Ends the wait for whoever writes.</param>
    public static Task<string> ReadText(string? file, int bytesMax, CancellationToken cancellation)
        => Interruptible(() => ReadText(file, bytesMax), cancellation);

    private static string ReadText(string? file, int bytesMax = BytesMax)
    {
        using var stream = file is null ? Console.OpenStandardInput() : new FileStream(file, FileMode.Open, FileAccess.Read);
        var bytes = new byte[bytesMax + 1];
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (count > bytesMax)
            throw new CommandFailure(ExitCodes.Usage, $"The value holds more than {bytesMax / 1024} KiB.", "Store what is that large elsewhere, and its place or key here.");
        var text = Text(bytes.AsSpan(0, count));
        return text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
    }

    // Bytes that are no UTF-8 would be replaced silently: the secret that is kept would not be the one that was given.
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (!bytes.Contains((byte)0))
                return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw NoText();
        }
        throw NoText();
    }

    private static CommandFailure NoText()
        => new(ExitCodes.Usage, "The value holds bytes that are no text, which a variable cannot carry.", "Give it in base64, and decode it where it is used.");

    private static string Ask(string name)
    {
        StandardStreams.ErrorLine($"Value of {name} (it is not shown; Enter ends it):");
        var value = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                return value.ToString();
            if (key.Key == ConsoleKey.Backspace && value.Length > 0)
                value.Length--;
            else if (key.KeyChar >= ' ')
                value.Append(key.KeyChar);
        }
    }
}
