using System.Buffers.Text;
using System.Net.Sockets;

namespace Slipway.Cli.Connection;

/// <summary>
/// Reads HTTP/1.1 answers from a socket, one after the other: the head, then the body piece by piece. Written by hand
/// since the framework's HTTP client costs a start-up 50 ms, and hides a truncated body's kind from the load client.
/// </summary>
internal sealed class AnswerReader(Socket socket, int bufferBytes = 16 * 1024)
{
    private const long LineEndDue = -1;

    private readonly byte[] _buffer = new byte[bufferBytes];
    private int _start;
    private int _end;
    private int _headStart;
    private int _headLength;
    private BodyShape _shape = BodyShape.None;
    private long _left;
    private bool _close;

    private enum BodyShape
    {
        None,
        Length,
        Chunked,
        UntilClose,
    }

    /// <summary>Whether any byte of the present answer has come.</summary>
    public bool Started { get; private set; }

    /// <summary>Whether the answer was read to its end and the connection can take another request.</summary>
    public bool Reusable => _shape == BodyShape.None && !_close && _start == _end;

    /// <summary>The bytes of the present head; only until the body is read.</summary>
    public ReadOnlySpan<byte> HeadBytes => _buffer.AsSpan(_headStart, _headLength);

    /// <summary>Reads the next head; interim answers (1xx) are passed over, but for a switch of protocols.</summary>
    public async ValueTask<AnswerHead> ReadHead(CancellationToken cancel)
    {
        Started = _end > _start;
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (length < 0)
            {
                await Fill(cancel);
                continue;
            }
            _headStart = _start;
            _headLength = length + 2;
            _start += length + 4;
            var head = AnswerHead.Parse(HeadBytes);
            if (head.Status is >= 100 and < 200 and not 101)
                continue;
            Begin(head);
            return head;
        }
    }

    /// <summary>The next piece of the body, valid until the next call; empty at its end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBody(CancellationToken cancel)
    {
        if (_shape == BodyShape.Chunked && _left == LineEndDue)
        {
            if (await ReadLine(cancel) != 0)
                throw new TornAnswerException("A chunk is longer than its size.", started: true);
            _left = 0;
        }
        if (_shape == BodyShape.Chunked && _left == 0)
            await NextChunk(cancel);
        if (_shape == BodyShape.None || (_shape == BodyShape.Length && _left == 0))
        {
            _shape = BodyShape.None;
            return default;
        }
        if (_start == _end && !await TryFill(cancel))
        {
            if (_shape != BodyShape.UntilClose)
                throw Torn();
            _shape = BodyShape.None;
            return default;
        }
        var count = (int)Math.Min(_end - _start, _left);
        var piece = _buffer.AsMemory(_start, count);
        _start += count;
        if (_shape != BodyShape.UntilClose)
            _left -= count;
        if (_shape == BodyShape.Chunked && _left == 0)
            _left = LineEndDue;
        return piece;
    }

    private void Begin(AnswerHead head)
    {
        _close = head.Close;
        _left = 0;
        if (head.Bodyless)
            _shape = BodyShape.None;
        else if (head.Chunked)
            _shape = BodyShape.Chunked;
        else if (head.ContentLength is { } length)
            (_shape, _left) = (BodyShape.Length, length);
        else
            (_shape, _left, _close) = (BodyShape.UntilClose, long.MaxValue, true);
    }

    private async ValueTask NextChunk(CancellationToken cancel)
    {
        var line = await ReadLine(cancel);
        var size = ParseSize(line);
        if (size > 0)
        {
            _left = size;
            return;
        }
        while (await ReadLine(cancel) > 0)
        {
            // Trailer lines say nothing that we need.
        }
        _shape = BodyShape.None;
    }

    /// <summary>Takes a line out of the buffer; its length, its text standing right before it.</summary>
    private async ValueTask<int> ReadLine(CancellationToken cancel)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (length >= 0)
            {
                _headStart = _start;
                _start += length + 2;
                return length;
            }
            await Fill(cancel);
        }
    }

    private long ParseSize(int lineLength)
    {
        var line = _buffer.AsSpan(_headStart, lineLength);
        var extension = line.IndexOf((byte)';');
        var digits = (extension < 0 ? line : line[..extension]).Trim((byte)' ');
        if (!Utf8Parser.TryParse(digits, out long size, out var used, 'x') || used != digits.Length || size < 0)
            throw new TornAnswerException("A chunk's size is not a number.", started: true);
        return size;
    }

    private async ValueTask Fill(CancellationToken cancel)
    {
        if (!await TryFill(cancel))
            throw Torn();
    }

    private async ValueTask<bool> TryFill(CancellationToken cancel)
    {
        if (_start > 0 && (_start == _end || _end == _buffer.Length))
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
            throw new TornAnswerException($"A head or chunk line is longer than {_buffer.Length} bytes.", started: true);
        var count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancel);
        _end += count;
        Started |= count > 0;
        return count > 0;
    }

    private TornAnswerException Torn()
        => new(Started ? "The connection ended in the middle of an answer." : "The connection ended without an answer.", Started);
}
