using System.Diagnostics;
using System.Runtime.Versioning;

namespace Slipway.Files.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class LockFileTests : IDisposable
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-files-");

    private string Place => Path.Combine(_folder.FullName, "lock");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void One_at_a_time_has_it_and_who_comes_after_finds_the_same_file()
    {
        using (LockFile.TryTake(Place))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Place));
            Assert.Null(LockFile.TryTake(Place));
            Assert.Null(LockFile.Take(Place, TimeSpan.FromMilliseconds(20)));
        }
        using var next = LockFile.Take(Place, TimeSpan.Zero);
        Assert.NotNull(next);
    }

    [Fact]
    public async Task Who_waits_gets_it_when_it_is_let_go_of_and_stops_when_told_to()
    {
        var first = LockFile.TryTake(Place);
        Assert.Null(await LockFile.TakeAsync(Place, TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken));
        using var enough = new CancellationTokenSource();
        var second = LockFile.TakeAsync(Place, s_long, enough.Token);
        var third = LockFile.TakeAsync(Place, s_long, TestContext.Current.CancellationToken);
        Assert.False(third.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        first!.Dispose();
        using var taken = await third;
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task A_holder_that_is_killed_holds_nothing()
    {
        using var holder = Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", "exec 9>\"$1\"; flock 9; echo held; exec sleep 600", "sh", Place }, RedirectStandardOutput = true, UseShellExecute = false })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Null(LockFile.TryTake(Place));
        holder.Kill();
        using var taken = LockFile.Take(Place, s_long);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task Of_many_that_change_a_file_under_it_none_is_lost()
    {
        var file = Path.Combine(_folder.FullName, "lines");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            using var turn = await LockFile.TakeAsync(Place, s_long) ?? throw new TimeoutException();
            PrivateFile.Replace(file, [.. File.Exists(file) ? File.ReadAllBytes(file) : [], (byte)i], durable: false);
        })));
        Assert.Equal(Enumerable.Range(0, 50), File.ReadAllBytes(file).Select(static one => (int)one).Order());
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_not_one_that_somebody_holds()
        => Assert.Throws<DirectoryNotFoundException>(() => LockFile.Take(Path.Combine(_folder.FullName, "missing", "lock"), s_long));
}
