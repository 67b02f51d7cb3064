using System.Globalization;
using System.Text;

namespace Slipway.Fixture;

/// <summary>One HTTP/1.1 connection: reads requests, one after another, and answers them.</summary>
internal sealed class Connection(Server server, Stream stream)
{
    private const int HeadBytesMax = 32 * 1024;
    private readonly byte[] _buffer = new byte[HeadBytesMax];
    private int _start;
    private int _end;

    public Stream Stream => stream;

    public async Task RunAsync()
    {
        while (await ReadHeadAsync() is { } head)
        {
            server.Enter();
            try
            {
                var request = Request.Parse(head);
                if (!await new Answers(server, this).GiveAsync(request) || request.WantsClose || server.IsDraining)
                    return;
            }
            finally
            {
                server.Leave();
            }
        }
    }

    /// <summary>Sends a whole answer.</summary>
    public async Task SendAsync(int status, string text, string type = "text/plain")
    {
        var body = Encoding.UTF8.GetBytes(text);
        var close = server.IsDraining ? "Connection: close\r\n" : "";
        var head = $"HTTP/1.1 {status} {Reason(status)}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n{close}X-Version: {server.Faults.Version}\r\nX-Instance: {Environment.GetEnvironmentVariable("SLIPWAY_INSTANCE")}\r\n\r\n";
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body]);
    }

    /// <summary>Begins an answer in chunks.</summary>
    public Task BeginChunksAsync(string type)
        => stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\nX-Version: {server.Faults.Version}\r\n\r\n")).AsTask();

    /// <summary>Sends a chunk; an empty one ends the answer.</summary>
    public async Task SendChunkAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"));
        if (!bytes.IsEmpty)
            await stream.WriteAsync(bytes);
        await stream.WriteAsync("\r\n"u8.ToArray());
    }

    /// <summary>Reads the body of a request, part by part.</summary>
    public async Task ReadBodyAsync(Request request, Func<ReadOnlyMemory<byte>, Task> part)
    {
        if (request.ExpectsContinue)
            await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
        if (!request.IsChunked)
        {
            await ReadPartsAsync(request.Length, part);
            return;
        }
        while (true)
        {
            var size = long.Parse((await ReadLineAsync()).Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            await ReadPartsAsync(size, part);
            await ReadLineAsync();
            if (size == 0)
                return;
        }
    }

    private static string Reason(int status) => status switch { 200 => "OK", 202 => "Accepted", 404 => "Not Found", 503 => "Service Unavailable", _ => "Answer" };

    private async Task ReadPartsAsync(long length, Func<ReadOnlyMemory<byte>, Task> part)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync())
                throw new InvalidDataException("The body ended early.");
            var size = (int)Math.Min(length, _end - _start);
            await part(_buffer.AsMemory(_start, size));
            _start += size;
            length -= size;
        }
    }

    private async Task<string> ReadLineAsync()
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = Encoding.ASCII.GetString(_buffer, _start, at).TrimEnd('\r');
                _start += at + 1;
                return line;
            }
            if (!await FillAsync())
                throw new InvalidDataException("A line ended early.");
        }
    }

    private async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var at = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (at >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, at);
                _start += at + 4;
                return head;
            }
            if (!await FillAsync())
                return null;
        }
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
            throw new InvalidDataException("The head is too long.");
        var got = await stream.ReadAsync(_buffer.AsMemory(_end));
        _end += got;
        return got > 0;
    }
}
