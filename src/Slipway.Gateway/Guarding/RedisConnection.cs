using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Gateway.Guarding;

/// <summary>A fault that Redis answers with.</summary>
internal sealed class RedisException(string message) : Exception(message);

/// <summary>
/// One connection to Redis, or to anything that speaks its protocol (RESP 2): commands are sent as they come and answered in their order. For
/// the few commands that limits take, this page stands in for a client library that brings a pool, a cluster and a cache.
/// </summary>
internal sealed class RedisConnection : IDisposable
{
    private const int AskedMax = 500;
    private const int LineBytesMax = 64 * 1024;

    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource<long[]>> _asked = new();
    private readonly byte[] _buffer = new byte[LineBytesMax];
    private int _start;
    private int _end;

    private RedisConnection(TcpClient client, Stream stream) => (_client, _stream) = (client, stream);

    /// <summary>Connects, logs in and chooses the database.</summary>
    /// <param name="place">As <c>redis://host:port/db</c>, or <c>rediss</c> for TLS.</param>
    /// <param name="password">Null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RedisException">It does not let us in.</exception>
    /// <exception cref="SocketException">It is not there.</exception>
    public static async Task<RedisConnection> Open(Uri place, string? password, CancellationToken cancellation)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(place.Host, place.Port > 0 ? place.Port : 6379, cancellation);
            Stream stream = client.GetStream();
            if (place.Scheme == "rediss")
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = place.Host }, cancellation);
                stream = tls;
            }
            var connection = new RedisConnection(client, stream);
            if (password is not null)
                await connection.AskText(cancellation, "AUTH", password);
            if (place.AbsolutePath.Trim('/') is { Length: > 0 } database)
                await connection.AskText(cancellation, "SELECT", database);
            return connection;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Asks while nobody else does, and takes a text for an answer.</summary>
    public async Task<string> AskText(CancellationToken cancellation, params string[] words)
    {
        await _stream.WriteAsync(Command(words), cancellation);
        var line = await ReadLine(cancellation);
        if (line[0] == '-')
            throw new RedisException(line[1..]);
        return line[0] == '$' ? await ReadText(int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture), cancellation) : line[1..];
    }

    /// <summary>Asks among others; the answer is a list of numbers, which <see cref="Listen"/> brings. False when too much is unanswered.</summary>
    public bool TryAsk([NotNullWhen(true)] out Task<long[]>? asking, params string[] words)
    {
        asking = null;
        var answer = new TaskCompletionSource<long[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Commands are small and go out whole; the order on the wire is the order of the queue.
        lock (_lock)
        {
            // So much fits what the operating system holds for us: nobody who asks ever waits to be heard.
            if (_asked.Count >= AskedMax)
                return false;
            _asked.Enqueue(answer);
            _stream.Write(Command(words));
        }
        asking = answer.Task;
        return true;
    }

    /// <summary>Brings answers until the connection ends, which it always does with an exception.</summary>
    public async Task Listen(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var line = await ReadLine(cancellation);
                TaskCompletionSource<long[]>? asked;
                lock (_lock)
                {
                    if (!_asked.TryDequeue(out asked))
                        throw new RedisException("It answers what nobody asked.");
                }
                if (line[0] == '-')
                    asked.TrySetException(new RedisException(line[1..]));
                else
                    asked.TrySetResult(await ReadNumbers(line, cancellation));
            }
        }
        finally
        {
            lock (_lock)
            {
                while (_asked.TryDequeue(out var asked))
                    asked.TrySetException(new RedisException("The connection ended."));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    private static byte[] Command(string[] words)
    {
        var text = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
            text.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private async Task<long[]> ReadNumbers(string line, CancellationToken cancellation)
    {
        if (line[0] != '*' || !int.TryParse(line.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > 16)
            throw new RedisException("It answers with something other than a short list.");
        var numbers = new long[count];
        for (var i = 0; i < count; i++)
        {
            var one = await ReadLine(cancellation);
            if (one[0] != ':' || !long.TryParse(one.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                throw new RedisException("It answers with something other than numbers.");
        }
        return numbers;
    }

    private async Task<string> ReadText(int length, CancellationToken cancellation)
    {
        var line = await ReadLine(cancellation);
        return line.Length == length ? line : throw new RedisException("A text is not as long as it says.");
    }

    private async Task<string> ReadLine(CancellationToken cancellation)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (end > 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, end);
                _start += end + 2;
                return line;
            }
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }
            if (end == 0 || _end == _buffer.Length)
                throw new RedisException("A line is empty, or endless.");
            var count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (count == 0)
                throw new RedisException("It closed the connection.");
            _end += count;
        }
    }
}
