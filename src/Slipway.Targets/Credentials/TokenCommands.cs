using System.Text;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Commands;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Credentials;

/// <summary>
/// Runs the commands that make and revoke tokens, as instances are run: of the control plane's own variables they get what a program
/// needs to run at all, and beside it their settings. No token stands on a command line or in a variable.
/// </summary>
internal static class TokenCommands
{
    private const int TokenBytesMax = 64 * 1024;
    private const int ErrorLinesMax = 10;
    private const int ErrorLettersMax = 2000;
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes a token.</summary>
    public static async Task<string> Create(CredentialCommand command, CancellationToken cancellation)
    {
        var (text, fault) = Read(await Run(command, null, cancellation));
        return fault is null ? text : throw Wrong(command, fault);
    }

    /// <summary>Revokes a token.</summary>
    public static async Task Revoke(CredentialCommand command, string token, CancellationToken cancellation)
    {
        if (Fault(token) is { } fault)
            throw new CredentialException($"The token to revoke {fault}.", "Revoke it by hand.", isPassing: false);
        await Run(command, token, cancellation);
    }

    private static async Task<byte[]> Run(CredentialCommand command, string? token, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(command.TimeMax);
        try
        {
            var variables = InheritedVariables.OfProgram();
            foreach (var (name, value) in command.Variables)
                variables[name] = value;
            var arguments = CommandTemplate.Fill(command.Line, variables);
            var program = ProgramFinder.Find(arguments[0], command.Folder, variables.GetValueOrDefault("PATH"));
            var ended = await PipedRun.Run(
                program, arguments[1..], variables, command.Folder, token is null ? [] : s_strict.GetBytes(token), TokenBytesMax, deadline.Token);
            if (ended.IsOutputTooLong)
                throw Wrong(command, $"is longer than {TokenBytesMax / 1024} KiB");
            return ended.ExitCode == 0 ? ended.Output : throw Failed(command, token, ended);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CredentialException(
                $"The command `{command.Line}` did not end within {command.TimeMax.TotalSeconds:0.#} s.", "See what it waits for; the rotation runs it again.", isPassing: true);
        }
        catch (Exception e) when (e is CommandException or SpawnException)
        {
            throw new CredentialException($"The command `{command.Line}` could not be started. {e.Message}", "Correct the rotation in the manifest.", isPassing: false, e);
        }
    }

    private static (string Token, string? Fault) Read(byte[] output)
    {
        try
        {
            var text = s_strict.GetString(output);
            text = text.EndsWith('\n') ? text[..^(text.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : text;
            return (text, Fault(text));
        }
        catch (DecoderFallbackException)
        {
            return ("", "is no UTF-8");
        }
    }

    private static string? Fault(string token)
        => token.Length == 0 ? "is empty"
            : token.AsSpan().IndexOfAny('\r', '\n') >= 0 ? "has more than one line"
            : token.Contains('\0', StringComparison.Ordinal) ? "has a NUL character"
            : null;

    private static CredentialException Wrong(CredentialCommand command, string fault)
        => new($"The token that `{command.Line}` printed {fault}.", "Let it print the token, and nothing else, on standard output.", isPassing: false);

    private static CredentialException Failed(CredentialCommand command, string? token, PipedOutcome ended)
    {
        var redactor = new Redactor();
        redactor.Learn(command.Variables.Values);
        // What it printed before it failed may be a token that works.
        redactor.Learn([token ?? "", .. Encoding.UTF8.GetString(ended.Output).Split('\n', StringSplitOptions.TrimEntries)]);
        var said = string.Join(" | ", redactor.Redact(Encoding.UTF8.GetString(ended.Error)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(ErrorLinesMax));
        said = new([.. said.TakeLast(ErrorLettersMax).Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return new(
            $"The command `{command.Line}` ended with exit code {ended.ExitCode}{(said.Length > 0 ? $": {said}" : ", and said nothing on standard error.")}",
            "Correct the command; the rotation can then be resumed.", isPassing: false);
    }
}
