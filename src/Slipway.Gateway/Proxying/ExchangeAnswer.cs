using System.Diagnostics;
using System.Runtime.CompilerServices;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Proxying;

/// <summary>The way back to the client.</summary>
internal sealed partial class Exchange
{
    private readonly BodyDecoder _download = new();
    private bool _keepsAlive;
    private bool _isCall;
    private int? _callCode;

    /// <summary>Passes the answer on, whose head has been read, and counts the request out.</summary>
    private ValueTask<Attempt> PassAnswerAsync()
    {
        var isWhole = IsRequestRead;
        var microseconds = (_firstByteAt - ClockStart(isWhole)) * 1_000_000 / Stopwatch.Frequency;
        _release.Counters.AnswerBegan(microseconds, _span?.TraceId.ToString());
        _endpoint.Latency.Add(microseconds);
        if (!_isBodyBegun)
            _client.Buffer.Consume(_headLength);
        if (_response.Status == 101)
            return PassTunnelAsync();
        var framing = _response.Framing(_request.IsHead);
        var isChunked = framing is BodyFraming.Chunked or BodyFraming.UntilClose && _request.MinorVersion == 1;
        var isDelimited = isChunked || framing is BodyFraming.None or BodyFraming.Length;
        _keepsAlive = _request.KeepsAlive && isWhole && isDelimited && !plane.IsDraining;
        WriteAnswerHead(isChunked, _keepsAlive);
        _download.Begin(framing, _response.Fields.ContentLength, keepsTrailers: isChunked && _request.Fields.SaysTrailers);
        if (BodyPump.TryFillWhole(_fromInstance, _download, _toClient))
        {
            var sending = _client.Wire.SendAsync(_toClient.Written, Deadlines.After(plane.Deadlines.Write));
            if (sending.IsCompletedSuccessfully)
                return new(EndAnswer(sending.Result ? PumpEnd.Complete : PumpEnd.TargetFailed));
            return EndSendingAnswerAsync(sending);
        }
        return PumpAnswerAsync(isChunked);
    }

    private async ValueTask<Attempt> EndSendingAnswerAsync(ValueTask<bool> sending)
        => EndAnswer(await sending ? PumpEnd.Complete : PumpEnd.TargetFailed);

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<Attempt> PumpAnswerAsync(bool isChunked)
        => EndAnswer(await BodyPump.RunAsync(
            _client.Engine, _upstream.Wire, _fromInstance, _download, _client.Wire, _toClient, isChunked,
            Timeout.InfiniteTimeSpan, plane.Deadlines.Write));

    /// <summary>
    /// Since when the instance makes the client wait: from the end of the upload, since a slow upload is not a slow release.
    /// An answer can be here before the sending of the last byte has returned; then it made nobody wait.
    /// </summary>
    private long ClockStart(bool isWhole)
    {
        if (!isWhole)
            return _startedAt;
        var uploadedAt = Volatile.Read(ref _uploadedAt);
        return uploadedAt == 0 || uploadedAt > _firstByteAt ? _firstByteAt : uploadedAt;
    }

    private void WriteAnswerHead(bool isChunked, bool keepsAlive)
    {
        var head = _fromInstance.Unread[.._answerLength];
        var connection = !keepsAlive ? "close"u8 : _request.MinorVersion == 0 ? "keep-alive"u8 : default;
        var cookie = _setsCookie ? StickyCookie.Set(_service, _release, _route, _client.IsSecure) : default;
        if (_guard?.Answers is { } answers)
            answers.Write(_moreFields, _response.Fields, head, _client.IsSecure, _nonce);
        HeadWriter.WriteResponse(_toClient, _response, head, _guard?.Withheld ?? default, isChunked, connection, cookie, _moreFields.Written.Span);
        _status = _response.Status;
        _isCall = _endpoint.Endpoint.Http2 && GrpcStatus.IsCall(_response.Fields, head);
        if (_isCall)
            _callCode = GrpcStatus.Of(_response.Fields, head);
        _upstream.RestMillisecondsMax = _response.RestMilliseconds(head);
        _fromInstance.Consume(_answerLength);
    }

    private Attempt EndAnswer(PumpEnd end)
    {
        _client.Detach();
        var counters = _release.Counters;
        if (end == PumpEnd.Complete)
        {
            // Bytes beyond the answer belong to no request; whoever sent them cannot be trusted with the next one.
            if (IsRequestSent && _download.Framing != BodyFraming.UntilClose && _response.KeepsAlive && _fromInstance.Length == 0)
                _endpoint.Rest(_client.Engine, _upstream);
            else
                _upstream.Wire.Close();
            if (_isCall)
                _callCode ??= GrpcStatus.Of(_download.Trailers);
            counters.EndAnswered(_callCode is { } code ? GrpcStatus.ToHttp(code) : _status);
            NoteSuccess();
            return _keepsAlive ? Attempt.Answered : Attempt.Closed;
        }
        _upstream.Wire.Close();
        if (end == PumpEnd.TargetFailed || _client.IsGone || _client.Wire.IsClosed)
        {
            counters.EndAborted();
            _client.Wire.Close();
            return Attempt.Closed;
        }
        counters.EndFailed();
        NoteFailure();
        plane.LogFailure("an instance ended an answer before its end", _release, _endpoint, _id.Text);
        // A reset, so that not even an answer that ends with its connection looks whole.
        _client.Wire.Reset();
        return Attempt.Closed;
    }

    private async ValueTask<Attempt> PassTunnelAsync()
    {
        _client.StopProbing();
        _status = 101;
        HeadWriter.WriteInterim(_toClient, _response, _fromInstance.Unread[.._answerLength]);
        _fromInstance.Consume(_answerLength);
        if (await _client.Wire.SendAsync(_toClient.Written, Deadlines.After(plane.Deadlines.Write)))
        {
            _toClient.Release();
            await Tunnel.RunAsync(
                _client.Wire, _client.Buffer, _upstream.Wire, _fromInstance, plane.Deadlines.Write);
        }
        _client.Detach();
        _upstream.Wire.Close();
        _release.Counters.EndAnswered(101);
        return Attempt.Closed;
    }
}
