using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Fixture;

/// <summary>
/// A scheduler: <c>tick FILE BEGAN EVERY</c> makes a tick every so many milliseconds since BEGAN (milliseconds since 1970). The file is
/// its store: a line for each tick, with the fencing token it was made under. When it begins it writes its token, and catches up from the
/// last tick there; then it remembers the next one itself. The store refuses a token that is lower than one it has seen, and nothing else:
/// two schedulers that pass would make a tick twice.
/// </summary>
internal sealed class Ticker(string path, long began, long every)
{
    private const int LineLength = 42;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(2);
    private readonly long _fence = long.Parse(Environment.GetEnvironmentVariable("SLIPWAY_FENCE") ?? "0", CultureInfo.InvariantCulture);
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<int> RunAsync()
    {
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            _stop.TrySetResult();
        });
        if (await PassAsync(last => (last.Tick, 'C')) is not { } begin)
            return Refused();
        Console.WriteLine($"leads with fence {_fence} from tick {begin + 1}");
        for (var next = begin + 1; !_stop.Task.IsCompleted; next++)
        {
            var due = began + (next * every) - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            if (due > 0)
                await Task.WhenAny(_stop.Task, Task.Delay(TimeSpan.FromMilliseconds(due)));
            if (_stop.Task.IsCompleted)
                break;
            var tick = next;
            if (await PassAsync(_ => (tick, 'T')) is null)
                return Refused();
        }
        return 0;
    }

    private int Refused()
    {
        Console.Error.WriteLine($"refused: a scheduler with a higher fence than {_fence} has begun");
        return 9;
    }

    // One transaction: nobody else reads or writes the store meanwhile.
    private async Task<long?> PassAsync(Func<(long Tick, long Fence), (long Tick, char Kind)> line)
    {
        await using var store = await OpenAsync();
        store.SetLength(store.Length / LineLength * LineLength);
        var last = await LastAsync(store);
        if (last.Fence > _fence)
            return null;
        var (tick, kind) = line(last);
        store.Seek(0, SeekOrigin.End);
        await store.WriteAsync(Encoding.ASCII.GetBytes($"{tick,12} {_fence,19} {Late(tick):D6} {kind}\n"));
        return tick;
    }

    private long Late(long tick) => Math.Clamp(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - began - (tick * every), 0, 999_999);

    private static async Task<(long Tick, long Fence)> LastAsync(FileStream store)
    {
        if (store.Length == 0)
            return (-1, 0);
        var line = new byte[LineLength];
        store.Seek(-LineLength, SeekOrigin.End);
        await store.ReadExactlyAsync(line);
        return (long.Parse(Encoding.ASCII.GetString(line, 0, 12), CultureInfo.InvariantCulture), long.Parse(Encoding.ASCII.GetString(line, 13, 19), CultureInfo.InvariantCulture));
    }

    private async Task<FileStream> OpenAsync()
    {
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException)
            {
                await Task.Delay(s_look);
            }
        }
    }
}
