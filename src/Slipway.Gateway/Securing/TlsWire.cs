using System.ComponentModel;
using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Securing;

/// <summary>A wire inside TLS. Deadlines, closing and looking are those of the wire below.</summary>
internal sealed class TlsWire : Wire
{
    private readonly Wire _below;
    private readonly WireStream _stream;
    private readonly SslStream _tls;
    private bool _isSending;
    private bool _hasEndedSending;

    /// <summary>Wraps a connection on which nothing has been received.</summary>
    public TlsWire(Wire below)
    {
        _below = below;
        _stream = new(below);
        _tls = new(_stream, leaveInnerStreamOpen: true);
    }

    /// <inheritdoc/>
    public override bool IsClosed => _below.IsClosed;

    /// <inheritdoc/>
    public override IPEndPoint? Peer => _below.Peer;

    /// <summary>Whether HTTP/2 was agreed on.</summary>
    public bool IsHttp2 => _tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;

    /// <summary>Performs the handshake; null when it succeeded, otherwise why not.</summary>
    /// <param name="certificates">Whom to be.</param>
    /// <param name="before">What has been received already.</param>
    /// <param name="due">When it must be done.</param>
    public async ValueTask<string?> HandshakeAsync(Certificates certificates, ReadOnlyMemory<byte> before, long due)
    {
        (_stream.ReadDue, _stream.WriteDue, _stream.Before) = (due, due, before);
        try
        {
            await _tls.AuthenticateAsServerAsync(certificates.Select, state: null, CancellationToken.None);
            return null;
        }
        catch (Exception e) when (e is IOException or AuthenticationException or CryptographicException or InvalidOperationException or ObjectDisposedException)
        {
            return e is IOException && _stream.ReadFailure == Expired ? "the client was too slow" : (e.InnerException ?? e).Message;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReceiveAsync(Memory<byte> space, long due)
    {
        _stream.ReadDue = due;
        try
        {
            var pending = _tls.ReadAsync(space, CancellationToken.None);
            return pending.IsCompletedSuccessfully ? pending : AwaitReceiveAsync(pending);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            return new(Failed);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadableAsync(long due)
        => await ReceiveAsync(Memory<byte>.Empty, due) is var outcome && outcome < 0 ? outcome : 1;

    /// <inheritdoc/>
    public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, long due)
    {
        _stream.WriteDue = due;
        _isSending = true;
        try
        {
            var pending = _tls.WriteAsync(bytes, CancellationToken.None);
            if (!pending.IsCompletedSuccessfully)
                return AwaitSendAsync(pending);
            _isSending = false;
            return new(true);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            _isSending = false;
            return new(false);
        }
    }

    /// <inheritdoc/>
    public override void CapRead(long due) => _below.CapRead(due);

    /// <inheritdoc/>
    public override void HastenRead(long due) => _below.HastenRead(due);

    /// <inheritdoc/>
    public override bool TryCutRead() => _below.TryCutRead();

    /// <inheritdoc/>
    public override void Sweep(long now) => _below.Sweep(now);

    /// <inheritdoc/>
    public override bool HasNews(bool asksKernel) => _below.HasNews(asksKernel);

    /// <inheritdoc/>
    public override bool HasPeerEnded() => _below.HasPeerEnded();

    /// <inheritdoc/>
    public override void EndSending() => _ = SayGoodbyeAsync(endsBelow: true);

    /// <inheritdoc/>
    public override void Close()
    {
        if (_below.IsClosed)
            return;
        _ = SayGoodbyeAsync(endsBelow: false);
        _below.Close();
        _tls.Dispose();
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        _below.Reset();
        _tls.Dispose();
    }

    /// <summary>Tells the client that nothing was cut off (close_notify), where nothing is being sent at this moment.</summary>
    private async Task SayGoodbyeAsync(bool endsBelow)
    {
        if (!_isSending && !_hasEndedSending && _tls.IsAuthenticated)
        {
            _hasEndedSending = true;
            try
            {
                await _tls.ShutdownAsync();
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or Win32Exception)
            {
                // The connection is gone already, and with it whoever would have been told.
            }
        }
        if (endsBelow)
            _below.EndSending();
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<int> AwaitReceiveAsync(ValueTask<int> pending)
    {
        try
        {
            return await pending;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return e is IOException && _stream.ReadFailure == Expired ? Expired : Failed;
        }
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<bool> AwaitSendAsync(ValueTask pending)
    {
        try
        {
            await pending;
            return true;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            _isSending = false;
        }
    }
}
