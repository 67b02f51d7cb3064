using System.Runtime.InteropServices;

namespace Slipway.Fixture;

/// <summary>
/// Takes jobs from a folder, does them and writes down that it did: <c>work FOLDER</c>. A job is a file <c>due/NUMBER</c> that holds how
/// many milliseconds it takes. Taking it renames it to <c>taken/NUMBER~INSTANCE~UNTIL</c>, where it stays until it is done or given back;
/// anybody gives back what was taken by one who said nothing until then. What was done stands in <c>done/INSTANCE~FENCE</c>, a line each.
/// On SIGTERM it takes no more, and gives back what is not done within FIXTURE_DRAIN milliseconds.
/// </summary>
internal sealed class JobWorker(string folder, Faults faults)
{
    private const int AtOnce = 2;
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(15);
    private readonly string _due = Path.Combine(folder, "due");
    private readonly string _taken = Path.Combine(folder, "taken");
    private readonly string _name = Environment.GetEnvironmentVariable("SLIPWAY_INSTANCE") ?? "nobody";
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();

    public async Task<int> RunAsync()
    {
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            Console.WriteLine(faults.IgnoreTerm ? "ignoring SIGTERM" : "draining");
            if (faults.IgnoreTerm)
                return;
            _stop.Cancel();
            _abandon.CancelAfter(faults.Drain);
        });
        var done = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "done")).FullName, $"{_name}~{Environment.GetEnvironmentVariable("SLIPWAY_FENCE")}");
        await using var ledger = new FileStream(done, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _ = faults.RunAsync();
        Console.WriteLine($"{_name} works");
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => LoopAsync(ledger)));
        Console.WriteLine("drained");
        return 0;
    }

    private async Task LoopAsync(FileStream ledger)
    {
        var random = new Random();
        while (!_stop.IsCancellationRequested)
        {
            if (Take(random) is { } job)
                await DoAsync(job, ledger);
            else
                await Task.Delay(s_idle, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            GiveBackExpired(random);
        }
    }

    private (string Number, string Path)? Take(Random random)
    {
        var some = Directory.EnumerateFiles(_due).Take(32).ToArray();
        random.Shuffle(some);
        foreach (var path in some)
        {
            var number = Path.GetFileName(path);
            var until = DateTimeOffset.UtcNow + s_lease;
            var taken = Path.Combine(_taken, $"{number}~{_name}~{until.ToUnixTimeMilliseconds()}");
            if (Rename(path, taken))
                return (number, taken);
        }
        return null;
    }

    private async Task DoAsync((string Number, string Path) job, FileStream ledger)
    {
        try
        {
            await Task.Delay(int.Parse(await File.ReadAllTextAsync(job.Path)), _abandon.Token);
        }
        catch (OperationCanceledException)
        {
            Rename(job.Path, Path.Combine(_due, job.Number));
            Console.WriteLine($"gave back {job.Number}");
            return;
        }
        lock (ledger)
            ledger.Write(System.Text.Encoding.ASCII.GetBytes(job.Number + "\n"));
        File.Delete(job.Path);
    }

    private void GiveBackExpired(Random random)
    {
        if (random.Next(20) > 0)
            return;
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var path in Directory.EnumerateFiles(_taken))
        {
            if (Path.GetFileName(path).Split('~') is [var number, _, var until] && long.Parse(until) < now)
                Rename(path, Path.Combine(_due, number));
        }
    }

    // One rename of the kernel: of several who try, one succeeds.
    private static bool Rename(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
