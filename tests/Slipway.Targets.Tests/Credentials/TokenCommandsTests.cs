using System.Collections.Immutable;
using Slipway.Releases.Ports;
using Slipway.Targets.Credentials;

namespace Slipway.Targets.Tests.Credentials;

public sealed class TokenCommandsTests : IDisposable
{
    private static readonly CancellationToken s_go = CancellationToken.None;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
    private readonly RolesAndTokens _credentials = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("printf tok-1", "tok-1")]
    [InlineData("echo tok-1", "tok-1")]
    [InlineData("printf 'tok-1\\r\\n'", "tok-1")]
    [InlineData("printf ' tok 1 '", " tok 1 ")]
    [InlineData("echo noise >&2; printf 'sch\\303\\266n'", "schön")]
    [InlineData("if read line; then echo more; else printf closed; fi", "closed")]
    [InlineData("printf \"$SLIPWAY_ROTATION $API__ADMIN $1\"", "staging-7 admin-s3cret admin-s3cret")]
    [InlineData("pwd | sed 's/.*slipway-test-.*/in-its-folder/'", "in-its-folder")]
    public async Task A_token_is_what_the_command_prints_without_its_last_line_end(string script, string token)
        => Assert.Equal(token, await _credentials.CreateToken(Script(script), s_go));

    [Theory]
    [InlineData("true", "is empty")]
    [InlineData("echo", "is empty")]
    [InlineData("printf 'tok-1\\ntok-2'", "more than one line")]
    [InlineData("printf 'tok-1\\n\\n'", "more than one line")]
    [InlineData("printf 'tok-1\\000'", "NUL")]
    [InlineData("printf 'tok-1\\377'", "no UTF-8")]
    [InlineData("head -c 70000 /dev/zero | tr '\\0' t", "64 KiB")]
    [InlineData("yes tok-1", "64 KiB")]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("kill -9 $$", "exit code 137")]
    public async Task What_is_no_token_is_refused_and_not_quoted(string script, string why)
        => await Refused(() => _credentials.CreateToken(Script(script), s_go), why);

    [Fact]
    public async Task The_token_to_revoke_is_all_of_the_standard_input()
    {
        await _credentials.RevokeToken(Script("cat > seen"), "tok-1 \u00e4", s_go);
        Assert.Equal("tok-1 \u00e4", await File.ReadAllTextAsync(Path.Combine(_folder, "seen"), s_go));
        await _credentials.RevokeToken(Script("exit 0"), new string('t', 60_000), s_go);
        await Refused(() => _credentials.RevokeToken(Script("exit 0"), "", s_go), "is empty");
    }

    [Fact]
    public async Task The_last_lines_of_a_failure_are_told_without_the_token_and_without_settings()
    {
        var fault = await Refused(
            () => _credentials.RevokeToken(
                Script("read token; echo first >&2; echo \"no: $token $API__ADMIN $(printf %s \"$token\" | base64)\" >&2; printf 'last \\033[31mline' >&2; exit 9"), "tok-1-of-mine", s_go), "exit code 9");
        Assert.Contains("first | no: ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("last  [31mline", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tok-1-of-mine", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("dG9rLTEtb2YtbWluZ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_was_printed_before_the_failure_is_not_told()
        => await Refused(() => _credentials.CreateToken(Script("echo tok-1-made; echo made tok-1-made >&2; exit 1"), s_go), "made ***");

    [Fact]
    public async Task A_command_that_does_not_end_is_ended_with_all_it_started_and_may_be_tried_again()
    {
        var script = Script("sleep 600 & echo $! > child; setsid sleep 600 & echo $! > stray; printf tok-1; echo -half; sleep 600") with { TimeMax = TimeSpan.FromSeconds(4) };
        var fault = await Assert.ThrowsAsync<CredentialException>(() => _credentials.CreateToken(script, s_go));
        Assert.True(fault.IsPassing);
        Assert.DoesNotContain("tok-1-half", fault.Message, StringComparison.Ordinal);
        foreach (var file in (string[])["child", "stray"])
            await Ended(file);
    }

    [Fact]
    public async Task A_cancellation_ends_the_command_and_is_no_fault()
    {
        using var cancellation = new CancellationTokenSource();
        var creating = _credentials.CreateToken(Script("echo $$ > child; sleep 600"), cancellation.Token);
        await Bed.UntilTrue(() => File.Exists(Path.Combine(_folder, "child")) && new FileInfo(Path.Combine(_folder, "child")).Length > 0, "the command runs");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => creating);
        await Ended("child");
    }

    [Fact]
    public async Task What_a_command_leaves_behind_does_not_hold_up_its_token()
    {
        Assert.Equal("tok-1", await _credentials.CreateToken(Script("sleep 600 & echo $! > child; echo tok-1"), s_go));
        await Ended("child");
    }

    [Fact]
    public async Task A_command_sees_none_of_our_own_variables_beyond_what_every_program_needs()
    {
        Environment.SetEnvironmentVariable("SLIPWAY_TEST_OF_TOKENS", "ours");
        Assert.Equal("none", await _credentials.CreateToken(Script("printf ${SLIPWAY_TEST_OF_TOKENS:-none}"), s_go));
    }

    [Fact]
    public async Task A_command_that_cannot_be_started_says_why()
    {
        await Refused(() => _credentials.CreateToken(Script("") with { Line = new(["./no-such-command"]) }, s_go), "no program ./no-such-command");
        await Refused(() => _credentials.CreateToken(Script("") with { Line = new(["sh", "${NONE}"]) }, s_go), "NONE");
    }

    private CredentialCommand Script(string script) => new(
        new(["sh", "-c", script, "sh", "${API__ADMIN}"]),
        _folder,
        new Dictionary<string, string> { ["API__ADMIN"] = "admin-s3cret", ["SLIPWAY_ROTATION"] = "staging-7" }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        s_patience);

    private Task Ended(string file)
    {
        var id = File.ReadAllText(Path.Combine(_folder, file)).Trim();
        return Bed.UntilTrue(() => !File.Exists($"/proc/{id}/stat") || File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal), $"{file} has ended");
    }

    private static async Task<CredentialException> Refused(Func<Task> doing, string why)
    {
        var fault = await Assert.ThrowsAsync<CredentialException>(doing);
        Assert.False(fault.IsPassing, fault.ToString());
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.NotEmpty(fault.Remedy);
        Assert.DoesNotContain("admin-s3cret", fault.ToString(), StringComparison.Ordinal);
        return fault;
    }
}
