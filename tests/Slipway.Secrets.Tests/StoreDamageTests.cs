using System.Runtime.Versioning;
using Slipway.Core.Settings;
using Slipway.Secrets.Encrypted;

namespace Slipway.Secrets.Tests;

/// <summary>What somebody with an editor, a failing disk or bad intent does to the file of a store.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class StoreDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.Of("secrets.store");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_damaged_line_costs_no_other_version_of_its_secret_and_is_told()
    {
        using (var store = Open())
        {
            foreach (var value in new[] { "one", "two", "three" })
                await store.Keep("a", value, "me", Cancel);
            await store.Keep("b", "other", "me", Cancel);
        }
        var lines = System.IO.File.ReadAllLines(File);
        foreach (var damaged in EachDamage(lines[1]))
        {
            System.IO.File.WriteAllText(File, string.Join('\n', [lines[0], damaged, .. lines[2..]]) + "\n");
            using var store = Open();
            Assert.Equal("two", await store.Read(new("home", "a", 2), Cancel));
            Assert.Equal("three", await store.Read(new("home", "a", 3), Cancel));
            Assert.Equal("other", await store.Read(new("home", "b", 1), Cancel));
            await Assert.ThrowsAnyAsync<SecretStoreException>(() => store.Read(new("home", "a", 1), Cancel));
            Assert.Equal([2], await store.Damage(Cancel));
        }
    }

    [Fact]
    public async Task A_damaged_retirement_retires_nothing_and_is_told()
    {
        using (var store = Open())
        {
            await store.Keep("a", "one", "me", Cancel);
            await store.Keep("b", "other", "me", Cancel);
            await store.Retire(await store.Keep("a", "two", "me", Cancel), "me", Cancel);
        }
        var lines = System.IO.File.ReadAllLines(File);
        foreach (var damaged in EachDamage(lines[4]))
        {
            System.IO.File.WriteAllText(File, string.Join('\n', [.. lines[..4], damaged]) + "\n");
            using var store = Open();
            Assert.Equal("one", await store.Read(new("home", "a", 1), Cancel));
            Assert.Equal("other", await store.Read(new("home", "b", 1), Cancel));
            Assert.Equal(1, (await store.Latest("b", Cancel))!.Version);
            Assert.Equal([5], await store.Damage(Cancel));
        }
    }

    [Fact]
    public async Task A_damaged_latest_version_is_never_silently_replaced_by_an_older_one()
    {
        using (var store = Open())
        {
            await store.Keep("a", "old", "me", Cancel);
            await store.Keep("a", "new", "me", Cancel);
        }
        var lines = System.IO.File.ReadAllLines(File);
        System.IO.File.WriteAllText(File, string.Join('\n', lines[0], lines[1], Changed(lines[2], lines[2].Length - 2)) + "\n");
        using var damaged = Open();
        var latest = await damaged.Latest("a", Cancel);
        Assert.Contains("damaged, in line 3", (await Assert.ThrowsAsync<SecretStoreException>(() => damaged.Read(latest!, Cancel))).Message);
        Assert.Equal("newest", await damaged.Read(await damaged.Keep("a", "newest", "me", Cancel), Cancel));
    }

    [Fact]
    public async Task A_line_that_is_restored_in_place_is_seen_by_a_process_that_runs_on()
    {
        using var store = Open();
        await store.Keep("a", "one", "me", Cancel);
        await store.Keep("b", "two", "me", Cancel);
        var good = System.IO.File.ReadAllText(File);
        var lines = good.Split('\n');
        System.IO.File.WriteAllText(File, string.Join('\n', lines[0], Changed(lines[1], lines[1].Length - 2), lines[2]) + "\n");
        using var running = Open();
        await Assert.ThrowsAsync<SecretStoreException>(() => running.Read(new("home", "a", 1), Cancel));
        System.IO.File.WriteAllText(File, good);
        Assert.Equal("one", await running.Read(new("home", "a", 1), Cancel));
    }

    [Fact]
    public async Task Of_two_lines_that_claim_one_version_the_first_counts_and_the_second_is_told()
    {
        using (var store = Open())
            await store.Keep("a", "one", "me", Cancel);
        var fork = System.IO.File.ReadAllText(File);
        using (var store = Open())
            await store.Keep("a", "mine", "me", Cancel);
        var mine = System.IO.File.ReadAllText(File);
        System.IO.File.WriteAllText(File, fork);
        using (var store = Open())
            await store.Keep("a", "theirs", "them", Cancel);
        var theirs = System.IO.File.ReadAllLines(File)[^1];
        System.IO.File.WriteAllText(File, mine + theirs + "\n");
        using var merged = Open();
        Assert.Equal("mine", await merged.Read(new("home", "a", 2), Cancel));
        Assert.Equal([4], await merged.Damage(Cancel));
        Assert.Equal(3, (await merged.Keep("a", "theirs", "me", Cancel)).Version);
    }

    [Theory]
    [InlineData("2147483647")]
    [InlineData("1000000")]
    public async Task No_value_is_said_to_be_kept_under_a_number_that_cannot_be_read_again(string version)
    {
        using (var store = Open())
            await store.Keep("a", "one", "me", Cancel);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace("set a 1 ", $"set a {version} "));
        using var tampered = Open();
        SecretVersion kept;
        try
        {
            kept = await tampered.Keep("a", "two", "me", Cancel);
        }
        catch (SecretStoreException fault)
        {
            Assert.Contains("no number", fault.Message);
            return;
        }
        using var again = Open();
        Assert.Equal("two", await again.Read(kept, Cancel));
    }

    [Theory]
    [InlineData("a key or a note of mine, without a line break")]
    [InlineData("slipway-notes")]
    public async Task A_file_of_one_unended_line_that_is_no_store_is_left_alone(string text)
    {
        System.IO.File.WriteAllText(File, text);
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var store = Open();
        await Assert.ThrowsAsync<SecretStoreException>(() => store.Keep("a", "one", "me", Cancel));
        Assert.Equal(text, System.IO.File.ReadAllText(File));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IEnumerable<string> EachDamage(string line)
    {
        for (var at = 0; at < line.Length; at++)
            yield return Changed(line, at);
        // A number or a name that becomes another valid one is the worst of them.
        foreach (var (from, to) in new[] { (" a 1 ", " a 9 "), (" a 1 ", " a 2 "), (" a 1 ", " b 1 "), (" a 2 ", " a 1 "), (" a 2 ", " b 1 ") })
        {
            if (line.Contains(from, StringComparison.Ordinal))
                yield return line.Replace(from, to, StringComparison.Ordinal);
        }
    }

    private static string Changed(string line, int at)
        => $"{line[..at]}{(line[at] is '1' ? '9' : line[at] == 'A' ? 'B' : 'A')}{line[(at + 1)..]}";

    private EncryptedStore Open() => new("home", File, new(_folder.Of("secrets.key"), true, null));
}
