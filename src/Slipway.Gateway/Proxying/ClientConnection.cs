using System.Net;
using System.Text;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Http;
using Slipway.Gateway.Http2;
using Slipway.Gateway.Securing;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>A client's connection: reads one head after another and has each request carried before it reads the next.</summary>
internal sealed class ClientConnection : ISwept
{
    private const int GoneProbeMilliseconds = 1_000;
    private const int PriorKnowledgeLength = 18;
    private const int HeadMissing = 0;
    private const int HeadExpired = -1;
    private const int HeadClosed = -2;
    private const int HeadBroken = -3;
    private const int HeadTooLong = -4;

    private readonly DataPlane _plane;
    private readonly Lock _upstreamLock = new();
    private UpstreamConnection? _upstream;
    private long _nextGoneProbe;
    private long _headDue;
    private int _seen;
    private int _readOutcome;
    private bool _hasHeadBegun;
    private bool _hasServed;
    private volatile bool _isAtRest;
    private volatile Http2Connection? _http2;
    private volatile bool _isGone;

    /// <summary>Takes a connection over.</summary>
    /// <param name="plane">What all connections share.</param>
    /// <param name="engine">What carries it.</param>
    /// <param name="wire">The connection.</param>
    /// <param name="isSecure">Whether it begins with a TLS handshake.</param>
    public ClientConnection(DataPlane plane, Engine engine, Wire wire, bool isSecure)
    {
        _plane = plane;
        (Engine, Wire, IsSecure) = (engine, wire, isSecure);
        SetPeer(wire.Peer);
    }

    /// <summary>Takes over one stream of a connection, as a connection of its own.</summary>
    /// <param name="whole">The connection, which has been greeted.</param>
    /// <param name="stream">The stream.</param>
    public ClientConnection(ClientConnection whole, Wire stream)
    {
        _plane = whole._plane;
        (Engine, Wire, IsSecure, IsStream) = (whole.Engine, stream, whole.IsSecure, true);
        (Peer, Address, IsTrusted) = (whole.Peer, whole.Address, whole.IsTrusted);
    }

    /// <summary>Whether another gateway has carried it before; then it may rest at once.</summary>
    public bool IsTakenOver { get; init; }

    /// <summary>Whether it is one of several on a connection of HTTP/2.</summary>
    public bool IsStream { get; }

    /// <summary>The connection itself.</summary>
    public Wire Wire { get; private set; }

    /// <summary>What carries it.</summary>
    public Engine Engine { get; }

    /// <summary>Whether it is inside TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>Whether the peer is a proxy that is believed what it says of others.</summary>
    public bool IsTrusted { get; private set; }

    /// <summary>What has come from the client.</summary>
    public ReadBuffer Buffer { get; } = new();

    /// <summary>The peer's IP address, or the one that its PROXY header gave; null when not known.</summary>
    public IPAddress? Peer { get; private set; }

    /// <summary>The same as text, as X-Forwarded-For says it.</summary>
    public byte[] Address { get; private set; } = [];

    /// <summary>Whose connections it counts among; 0 for nobody's.</summary>
    public ulong CountedAs { get; private set; }

    /// <summary>Whether the client was found to have left while an instance was working for it.</summary>
    public bool IsGone => _isGone;

    /// <summary>Whether it waits for a request of which nothing has come.</summary>
    public bool IsAtRest => _http2?.IsAtRest ?? _isAtRest;

    /// <inheritdoc/>
    public int SweeperIndex { get; set; } = -1;

    /// <summary>Serves the connection to its end. Never throws.</summary>
    public async Task RunAsync()
    {
        _plane.Open(this);
        try
        {
            if (!IsStream && (IsSecure || _plane.UsesProxyHeaders) && !await ClientGreeting.RunAsync(_plane, this))
                return;
            if (Wire is TlsWire { IsHttp2: true })
                await ServeHttp2Async();
            else
                await ServeAsync();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A fault of ours ends this connection, visibly for the client, and no other.
            _plane.Log.Error("a connection failed", ("fault", e.ToString()));
            Wire.Reset();
        }
        finally
        {
            Wire.Close();
            Buffer.Release();
            _plane.Closed(this);
        }
    }

    /// <summary>Puts the connection inside TLS, whose handshake is to come.</summary>
    public TlsWire Secure()
    {
        var tls = new TlsWire(Wire);
        Wire = tls;
        return tls;
    }

    /// <summary>Counts it among its client's; false when those are too many.</summary>
    public bool TryCount()
    {
        if (!_plane.Counts.TryEnter(Peer, out var client))
            return false;
        CountedAs = client;
        return true;
    }

    private async ValueTask ServeAsync()
    {
        BeginHead(isFirst: true);
        int length;
        while (true)
        {
            while ((length = FindHead()) == HeadMissing)
            {
                // A connection at rest holds no buffer.
                var count = _isAtRest ? await Wire.ReadableAsync(_headDue) : 1;
                if (count > 0)
                    count = await Wire.ReceiveAsync(Buffer.Space(), _headDue);
                TakeHead(count);
            }
            if (length < 0)
            {
                await RefuseHeadAsync(length);
                return;
            }
            if (length == PriorKnowledgeLength && IsPriorKnowledge())
            {
                await ServeHttp2Async();
                return;
            }
            var exchange = _plane.Rent(Engine);
            var keepsAlive = await exchange.RunAsync(this, length);
            _plane.Return(Engine, exchange);
            if (!keepsAlive)
                return;
            BeginHead(isFirst: false);
        }
    }

    private async ValueTask ServeHttp2Async()
    {
        var http2 = new Http2Connection(_plane, this);
        _http2 = http2;
        await http2.RunAsync();
    }

    // Who knows that HTTP/2 is spoken here says so with what looks like a head (RFC 9113, section 3.3).
    private bool IsPriorKnowledge()
        => _plane.SpeaksHttp2 && !IsStream && !_hasServed && Buffer.Unread.StartsWith(FrameConnection.Preface[..PriorKnowledgeLength]);

    /// <summary>Takes it in only to say why it is not served; inside TLS nothing can be said yet.</summary>
    public async Task RefuseAsync(OwnAnswer answer)
    {
        _plane.Open(this);
        if (answer == OwnAnswer.TooManyOfClient)
            _plane.CountTooMany(Peer);
        if (!IsSecure)
            await AnswerAndCloseAsync(answer);
        Wire.Close();
        Buffer.Release();
        _plane.Closed(this);
    }

    /// <summary>Says which connection to an instance is waited on for this client.</summary>
    public void Attach(UpstreamConnection upstream)
    {
        lock (_upstreamLock)
        {
            _nextGoneProbe = Environment.TickCount64 + GoneProbeMilliseconds;
            _upstream = upstream;
        }
    }

    /// <summary>Says that it is waited on no more, before anybody else can use it.</summary>
    public void Detach()
    {
        lock (_upstreamLock)
            _upstream = null;
    }

    /// <summary>From here on a client that has ended its direction is still there: it has a tunnel.</summary>
    public void StopProbing()
    {
        lock (_upstreamLock)
            _nextGoneProbe = long.MaxValue;
    }

    /// <summary>Looks for deadlines, and whether a client that is made to wait is still there.</summary>
    public void Sweep(long now)
    {
        Wire.Sweep(now);
        lock (_upstreamLock)
        {
            if (_upstream is not { } upstream)
                return;
            upstream.Wire.Sweep(now);
            if (now < _nextGoneProbe)
                return;
            _nextGoneProbe = now + GoneProbeMilliseconds;
            if (!Wire.HasPeerEnded())
                return;
            _isGone = true;
            upstream.Wire.TryCutRead();
        }
    }

    /// <summary>Closes it when it is at rest; a request that has begun to arrive is let through.</summary>
    public void CloseAtRest()
    {
        if (_http2 is { } http2)
            http2.Leave();
        else if (_isAtRest)
            Wire.TryCutRead();
    }

    /// <summary>Whether it can be given to another gateway now: between two requests, and nothing is known of it but its socket.</summary>
    public bool CanBeGiven => _isAtRest && !IsSecure && !IsStream && _http2 is null && !_plane.UsesProxyHeaders && Wire is EpollWire;

    /// <summary>Parts with its socket for another gateway; -1 when it cannot be given. Only in what is posted to its engine.</summary>
    public int GiveUp() => CanBeGiven && Wire is EpollWire wire ? wire.GiveUp() : -1;

    /// <summary>Ends sending and reads what the client still sends, so that it gets to read the answer before a reset.</summary>
    public async ValueTask LingerAsync(long due)
    {
        Wire.EndSending();
        Buffer.Release();
        while (Environment.TickCount64 < due)
        {
            if (await Wire.ReceiveAsync(Buffer.Space(), due) <= 0)
                return;
        }
    }

    /// <summary>Says where the client is.</summary>
    public void SetPeer(IPEndPoint? peer)
    {
        Peer = peer?.Address is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : peer?.Address;
        Address = Peer is { } address ? Encoding.ASCII.GetBytes(address.ToString()) : "unknown"u8.ToArray();
        IsTrusted = _plane.Trusted.Contains(Peer);
    }

    private void BeginHead(bool isFirst)
    {
        if (Buffer.Length == 0)
            Buffer.Release();
        else
            Buffer.Shrink();
        _seen = 0;
        _hasHeadBegun = false;
        _hasServed = !isFirst;
        _readOutcome = 1;
        _headDue = Deadlines.After(isFirst && !IsTakenOver ? _plane.Deadlines.Header : _plane.Deadlines.Idle);
    }

    /// <summary>The length of the head at the front of the buffer, or what is the matter with it.</summary>
    private int FindHead()
    {
        if (_readOutcome <= 0)
            return _readOutcome == Wire.Expired && _hasHeadBegun ? HeadExpired : HeadClosed;
        if (_seen == 0)
            SkipEmptyLines();
        if (Buffer.Length > 0)
        {
            var length = HeadScanner.Find(Buffer.Unread, ref _seen);
            if (length > HttpLimits.HeadBytesMax || (length == 0 && Buffer.Length > HttpLimits.HeadBytesMax))
                return HeadTooLong;
            if (length != 0)
                return length > 0 ? length : HeadBroken;
            if (!_hasHeadBegun)
                _headDue = Deadlines.After(_plane.Deadlines.Header);
            _hasHeadBegun = true;
        }
        _isAtRest = !_hasHeadBegun;
        return HeadMissing;
    }

    private void TakeHead(int count)
    {
        _isAtRest = false;
        _readOutcome = count;
        if (count > 0)
            Buffer.Filled(count);
    }

    /// <summary>Some clients send an empty line after a body (RFC 9112, section 2.2).</summary>
    private void SkipEmptyLines()
    {
        while (Buffer.Unread is [(byte)'\r', (byte)'\n', ..])
            Buffer.Consume(2);
    }

    private async ValueTask RefuseHeadAsync(int outcome)
    {
        var answer = outcome switch
        {
            HeadBroken => OwnAnswer.To(HeadFault.ControlCharacter),
            HeadTooLong => OwnAnswer.To(HeadFault.HeadTooLong),
            HeadExpired => OwnAnswer.ClientLate,
            _ => null,
        };
        if (answer is null)
            return;
        _plane.Book.CountRefused();
        await AnswerAndCloseAsync(answer);
    }

    /// <summary>Gives an answer of the gateway's own to a request of which nothing more can be trusted.</summary>
    public async ValueTask AnswerAndCloseAsync(OwnAnswer answer)
    {
        var output = new WriteBuffer();
        var id = new RequestId();
        id.Make();
        answer.Write(output, id.Text, answersHead: false, closes: true);
        await Wire.SendAsync(output.Written, Deadlines.After(_plane.Deadlines.Write));
        output.Release();
        await LingerAsync(Deadlines.After(_plane.Deadlines.Linger));
    }
}
