using System.Runtime.Versioning;
using Slipway.Core.Settings;
using Slipway.Secrets.Encrypted;

namespace Slipway.Secrets.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class EncryptedStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.Of("secrets.store");

    private string KeyFile => _folder.Of("secrets.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_version_is_kept_and_the_same_value_is_no_new_one()
    {
        using var store = Open();
        Assert.Null(await store.Latest("production/KEY", Cancel));
        var first = await store.Keep("production/KEY", "one", "mary", Cancel);
        Assert.Equal("secret://home/production/KEY#1", first.ToString());
        Assert.Equal(first, await store.Keep("production/KEY", "one", "john", Cancel));
        var second = await store.Keep("production/KEY", "two", "john", Cancel);
        Assert.Equal(2, second.Version);
        using var other = Open();
        Assert.Equal("one", await other.Read(first, Cancel));
        Assert.Equal("two", await other.Read(second, Cancel));
        Assert.Equal(second, await other.Latest("production/KEY", Cancel));
        Assert.Equal(["mary", "john"], (await other.List("production/", Cancel)).Select(entry => entry.SetBy));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with spaces, = and \"quotes\"")]
    [InlineData("line\nbreaks\r\n")]
    [InlineData("snowman \u2603 fox \U0001F98A")]
    public async Task Any_value_is_read_back_unchanged_and_stands_nowhere_in_the_file(string value)
    {
        using var store = Open();
        var version = await store.Keep("a/b", value, "a b/c", Cancel);
        using var other = Open();
        Assert.Equal(value, await other.Read(version, Cancel));
        Assert.Equal("a b/c", Assert.Single(await other.List("", Cancel)).SetBy);
        if (value.Length > 0)
            Assert.DoesNotContain(value, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public async Task The_files_are_for_their_owner_alone_and_one_that_is_not_is_refused()
    {
        using (var store = Open())
            await store.Keep("a", "value", "me", Cancel);
        foreach (var path in new[] { File, KeyFile })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(path));
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            using var other = Open();
            var fault = await Assert.ThrowsAsync<SecretStoreException>(() => other.Read(new("home", "a", 1), Cancel));
            Assert.Contains("open to other users", fault.Message);
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_folder_that_it_makes_is_for_its_owner_alone()
    {
        var folder = _folder.Of(".slipway");
        using var store = new EncryptedStore("home", Path.Combine(folder, "secrets.store"), new(Path.Combine(folder, "secrets.key"), true, null));
        await store.Keep("a", "value", "me", Cancel);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(folder));
    }

    [Fact]
    public async Task A_store_torn_at_any_byte_opens_with_its_last_whole_version_and_goes_on()
    {
        byte[] before;
        byte[] after;
        using (var store = Open())
        {
            await store.Keep("a/KEY", "one", "me", Cancel);
            before = System.IO.File.ReadAllBytes(File);
            await store.Keep("a/KEY", "two", "me", Cancel);
            after = System.IO.File.ReadAllBytes(File);
        }
        for (var bytes = before.Length; bytes <= after.Length; bytes++)
        {
            System.IO.File.WriteAllBytes(File, after[..bytes]);
            using var torn = Open();
            var whole = bytes == after.Length;
            var latest = await torn.Latest("a/KEY", Cancel);
            Assert.Equal(whole ? 2 : 1, latest!.Version);
            Assert.Equal(whole ? "two" : "one", await torn.Read(latest, Cancel));
            var next = await torn.Keep("a/KEY", "three", "me", Cancel);
            using var again = Open();
            Assert.Equal("three", await again.Read(next, Cancel));
            Assert.Equal("one", await again.Read(new("home", "a/KEY", 1), Cancel));
            Assert.Empty(await again.Damage(Cancel));
        }
    }

    [Fact]
    public async Task A_store_torn_while_it_was_made_is_made_again()
    {
        using (var store = Open())
            await store.Keep("a", "one", "me", Cancel);
        var header = System.IO.File.ReadAllBytes(File).TakeWhile(one => one != '\n').ToArray();
        for (var bytes = 0; bytes <= header.Length; bytes += 7)
        {
            System.IO.File.WriteAllBytes(File, header[..bytes]);
            using var torn = Open();
            Assert.Equal("two", await torn.Read(await torn.Keep("a", "two", "me", Cancel), Cancel));
        }
    }

    [Fact]
    public async Task A_damaged_line_costs_its_version_and_nothing_else()
    {
        using (var store = Open())
        {
            foreach (var name in new[] { "a", "b", "c" })
                await store.Keep(name, "value of " + name, "me", Cancel);
        }
        var lines = System.IO.File.ReadAllLines(File);
        for (var at = 0; at < lines[2].Length; at++)
        {
            var bad = lines[2].ToCharArray();
            bad[at] = bad[at] == 'A' ? 'B' : 'A';
            System.IO.File.WriteAllText(File, string.Join('\n', lines[0], lines[1], new string(bad), lines[3]) + "\n");
            using var store = Open();
            Assert.Equal("value of a", await store.Read(new("home", "a", 1), Cancel));
            Assert.Equal("value of c", await store.Read(new("home", "c", 1), Cancel));
            await Assert.ThrowsAnyAsync<SecretStoreException>(() => store.Read(new("home", "b", 1), Cancel));
        }
    }

    [Fact]
    public async Task No_value_can_be_moved_to_another_name()
    {
        using (var store = Open())
            await store.Keep("low", "value", "me", Cancel);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace(" low ", " high "));
        using var moved = Open();
        var fault = await Assert.ThrowsAsync<SecretStoreException>(() => moved.Read(new("home", "high", 1), Cancel));
        Assert.Contains("secret://home/high#1 is damaged, in line 2", fault.Message);
    }

    [Fact]
    public async Task A_retired_version_is_out_of_use_for_good()
    {
        using var store = Open();
        var first = await store.Keep("a", "one", "me", Cancel);
        var second = await store.Keep("a", "two", "me", Cancel);
        await store.Retire(second, "me", Cancel);
        await store.Retire(second, "me", Cancel);
        Assert.Equal(first, await store.Latest("a", Cancel));
        await Assert.ThrowsAsync<SecretMissingException>(() => store.Read(second, Cancel));
        Assert.Equal(3, (await store.Keep("a", "two", "me", Cancel)).Version);
        Assert.NotNull((await store.List("a", Cancel))[1].RetiredAt);
        await Assert.ThrowsAsync<SecretMissingException>(() => store.Retire(new("home", "a", 9), "me", Cancel));
    }

    [Fact]
    public async Task A_wrong_key_is_told_from_damage_and_a_lost_one_is_not_made_anew()
    {
        using (var store = Open())
            await store.Keep("a", "one", "me", Cancel);
        System.IO.File.Move(KeyFile, KeyFile + ".old");
        using (var store = Open())
            Assert.Contains("cannot be read", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Keep("a", "two", "me", Cancel))).Message);
        Assert.False(System.IO.File.Exists(KeyFile));
        System.IO.File.WriteAllText(KeyFile, Convert.ToBase64String(new byte[32]));
        System.IO.File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var store = Open())
            Assert.Contains("is not the one", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Read(new("home", "a", 1), Cancel))).Message);
    }

    [Fact]
    public async Task A_passphrase_locks_a_store_and_only_it_opens_it()
    {
        using (var store = new EncryptedStore("team", File, new(null, false, "correct horse")))
            await store.Keep("a", "one", "me", Cancel);
        Assert.Contains($"pbkdf2-sha256:{StoreKey.Rounds}:", System.IO.File.ReadAllText(File));
        using (var store = new EncryptedStore("team", File, new(null, false, "correct horse")))
            Assert.Equal("one", await store.Read(new("team", "a", 1), Cancel));
        using (var store = new EncryptedStore("team", File, new(null, false, "wrong horse")))
            await Assert.ThrowsAsync<SecretStoreException>(() => store.Read(new("team", "a", 1), Cancel));
        using (var store = Open())
            await Assert.ThrowsAsync<SecretStoreException>(() => store.Read(new("home", "a", 1), Cancel));
    }

    [Fact]
    public async Task A_passphrase_for_one_store_does_not_lock_another_that_has_a_key_file()
    {
        using (var store = Open())
            await store.Keep("a", "one", "me", Cancel);
        using (var store = new EncryptedStore("home", File, new(KeyFile, true, "of another store")))
            Assert.Equal("one", await store.Read(new("home", "a", 1), Cancel));
    }

    [Fact]
    public async Task A_passphrase_locks_a_home_that_is_made_with_it_and_no_key_file_is_left_about()
    {
        using (var store = new EncryptedStore("home", File, new(KeyFile, true, "correct horse")))
            await store.Keep("a", "one", "me", Cancel);
        Assert.False(System.IO.File.Exists(KeyFile));
        using (var store = new EncryptedStore("home", File, new(KeyFile, true, "correct horse")))
            Assert.Equal("one", await store.Read(new("home", "a", 1), Cancel));
    }

    [Fact]
    public async Task A_store_under_version_control_may_be_readable_but_never_its_key()
    {
        using (var store = Open())
            await store.Keep("a", "one", "me", Cancel);
        System.IO.File.SetUnixFileMode(File, (UnixFileMode)0b110_110_100);
        using (var store = new EncryptedStore("team", File, new(KeyFile, false, null), isShared: true))
            Assert.Equal("one", await store.Read(new("team", "a", 1), Cancel));
        System.IO.File.SetUnixFileMode(KeyFile, (UnixFileMode)0b110_100_000);
        using (var store = new EncryptedStore("team", File, new(KeyFile, false, null), isShared: true))
            Assert.Contains("open to other users", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Read(new("team", "a", 1), Cancel))).Message);
    }

    [Fact]
    public async Task A_value_that_would_come_back_changed_is_refused()
    {
        using var store = Open();
        foreach (var value in new[] { "a\0b", "half of a fox " + '\uD83E' })
            Assert.Contains("no text", (await Assert.ThrowsAsync<SecretStoreException>(() => store.Keep("a", value, "me", Cancel))).Message);
        Assert.Null(await store.Latest("a", Cancel));
    }

    [Fact]
    public async Task Several_writers_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            using var store = Open();
            for (var i = 0; i < 25; i++)
                await store.Keep($"w{writer}/s{i % 5}", $"{writer} {i}", "me", Cancel);
        })));
        using var all = Open();
        var entries = await all.List("", Cancel);
        Assert.Equal(100, entries.Count);
        foreach (var entry in entries)
            Assert.NotEmpty(await all.Read(entry.Version, Cancel));
    }

    [Fact]
    public async Task A_store_that_was_replaced_by_a_copy_is_read_anew()
    {
        using var store = Open();
        await store.Keep("a", "one", "me", Cancel);
        var copy = System.IO.File.ReadAllBytes(File);
        await store.Keep("a", "two", "me", Cancel);
        System.IO.File.WriteAllBytes(File, copy);
        Assert.Equal(1, (await store.Latest("a", Cancel))!.Version);
    }

    [Fact]
    public async Task A_file_that_is_no_store_is_left_alone()
    {
        System.IO.File.WriteAllText(File, "something of mine\n");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var store = Open();
        await Assert.ThrowsAsync<SecretStoreException>(() => store.Keep("a", "one", "me", Cancel));
        Assert.Equal("something of mine\n", System.IO.File.ReadAllText(File));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private EncryptedStore Open() => new("home", File, new(KeyFile, true, null));
}
