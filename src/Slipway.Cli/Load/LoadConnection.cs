using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Slipway.Cli.Connection;

namespace Slipway.Cli.Load;

/// <summary>One keep-alive connection of a load, sending one request at a time; opened again when it was closed.</summary>
internal sealed class LoadConnection(LoadRun run) : IThreadPoolWorkItem, IDisposable
{
    private const int BodyKeptBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly byte[] _releaseHeader = Encoding.ASCII.GetBytes(run.Plan.ReleaseHeader.ToLowerInvariant());
    private Socket? _socket;
    private AnswerReader? _reader;
    private LoadWork _work;
    private bool _busy;
    private bool _timedOut;
    private byte[] _lastReleaseBytes = [];
    private string? _lastRelease;

    /// <summary>Gives it a request and lets it run; only when it is idle.</summary>
    public void Begin(in LoadWork work)
    {
        _work = work;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <inheritdoc/>
    public void Execute() => _ = Run();

    /// <summary>Breaks off the present request when its time is up.</summary>
    public void EndIfLate(long now)
    {
        lock (_lock)
        {
            if (!_busy || Stopwatch.GetElapsedTime(_work.DueAt, now) < run.Plan.Timeout)
                return;
            _timedOut = true;
            _socket?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private async Task Run()
    {
        try
        {
            await RunUntilIdle();
        }
        catch (Exception error)
        {
            run.Fail(error); // A plan's own function failed: the load ends with it.
        }
    }

    private async Task RunUntilIdle()
    {
        do
        {
            LoadEnd end;
            if (Stopwatch.GetElapsedTime(_work.DueAt) >= run.Plan.Timeout)
                end = new(LoadOutcome.Timeout, 0, null, "No connection was free.");
            else
                end = await Send();
            run.Ended(_work, end);
        }
        while (run.TryTakeNext(this, out _work));
    }

    private async Task<LoadEnd> Send()
    {
        lock (_lock)
            (_busy, _timedOut) = (true, false);
        var connected = false;
        try
        {
            await Connect();
            connected = true;
            return await Exchange();
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            var started = connected && _reader!.Started;
            Close();
            return _timedOut ? new(LoadOutcome.Timeout, 0, null, null)
                : !connected ? new(LoadOutcome.Refused, 0, null, error.Message)
                : new(started ? LoadOutcome.Truncated : LoadOutcome.Reset, 0, null, error.Message);
        }
        finally
        {
            lock (_lock)
                _busy = false;
            if (_timedOut)
                Close();
        }
    }

    private async Task Connect()
    {
        // A server may close an idle connection whenever it likes; only a request that was sent can be lost.
        if (_socket is not null && _socket.Poll(0, SelectMode.SelectRead))
            Close();
        if (_socket is not null)
            return;
        var socket = new Socket(run.Target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_lock)
        {
            _socket = socket;
            _reader = new(socket);
            if (_timedOut)
                socket.Dispose();
        }
        run.Tally.CountOpened();
        await socket.ConnectAsync(run.Target);
    }

    private async Task<LoadEnd> Exchange()
    {
        var reader = _reader!;
        var sending = SendAll(_socket!, run.Bytes[_work.Request].Of(_work.Number));
        try
        {
            var head = await reader.ReadHead(CancellationToken.None);
            var release = Release(reader.HeadBytes);
            var request = run.Plan.Mix[_work.Request];
            var kept = request.Expect is null ? null : reader.HeadBytes.ToArray();
            var body = kept is null ? null : new MemoryStream();
            long length = 0;
            while (await reader.ReadBody(CancellationToken.None) is { IsEmpty: false } piece)
            {
                length += piece.Length;
                if (body?.Length < BodyKeptBytes)
                    body.Write(piece.Span);
            }
            if (!reader.Reusable || !sending.IsCompletedSuccessfully)
                Close();
            if (head.Status >= 500)
                return new(LoadOutcome.ServerError, head.Status, release, null);
            var matches = kept is null || request.Expect!(new LoadAnswer(_work.Number, head.Status, kept, body!.ToArray(), length));
            return new(matches ? LoadOutcome.Ok : LoadOutcome.Mismatched, head.Status, release, matches ? null : $"{length} bytes");
        }
        finally
        {
            if (!sending.IsCompletedSuccessfully)
                await Quietly(sending);
        }
    }

    /// <summary>The sending runs beside the reading: a server that answers while it still reads must not be waited for.</summary>
    private static Task SendAll(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        var sent = socket.SendAsync(bytes, SocketFlags.None);
        return sent.IsCompletedSuccessfully && sent.Result == bytes.Length ? Task.CompletedTask : SendRest(socket, bytes, sent);
    }

    private static async Task SendRest(Socket socket, ReadOnlyMemory<byte> bytes, ValueTask<int> first)
    {
        for (bytes = bytes[await first..]; !bytes.IsEmpty;)
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None)..];
    }

    /// <summary>What the answer says decides; a failed sending shows in the reading too.</summary>
    private async Task Quietly(Task sending)
    {
        Close();
        try
        {
            await sending;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The connection is closed: that is all there is to it.
        }
    }

    private string? Release(ReadOnlySpan<byte> head)
    {
        var value = AnswerHead.Find(head, _releaseHeader);
        if (value.IsEmpty)
            return null;
        if (!value.SequenceEqual(_lastReleaseBytes))
            (_lastReleaseBytes, _lastRelease) = (value.ToArray(), Encoding.ASCII.GetString(value));
        return _lastRelease;
    }

    private void Close()
    {
        lock (_lock)
        {
            if (_socket is null)
                return;
            _socket.Dispose();
            _socket = null;
        }
        run.Tally.CountClosed();
    }
}
