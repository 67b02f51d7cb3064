using System.Diagnostics;
using System.Runtime.CompilerServices;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>The way to one instance: connecting, sending the request, and reading the head of the answer.</summary>
internal sealed partial class Exchange
{
    private const int NotEnded = -1;

    private readonly ResponseHead _response = new();
    private readonly ReadBuffer _fromInstance = new();
    private readonly BodyDecoder _upload = new();
    private UpstreamConnection _upstream = null!;
    private int _answerLength;
    private long _firstByteAt;
    private long _uploadedAt;
    private bool _isBodyBegun;
    private volatile int _uploadEnd;

    /// <summary>Whether the request has been read to its end, so that the client's connection stands before the next one.</summary>
    private bool IsRequestRead => !_request.HasBody || (_isBodyBegun && _upload.IsDone);

    /// <summary>Whether the request has been sent to its end, so that the instance's connection can carry another.</summary>
    private bool IsRequestSent => !_request.HasBody || _uploadEnd == (int)PumpEnd.Complete;

    private enum AnswerHead
    {
        Ready,
        Died,
        Broken,
        Late,
        ClientFailed,
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Attempt> AttemptAsync(bool isRetry)
    {
        var (release, endpoint) = (_release, _endpoint);
        endpoint.Enter();
        release.Counters.Begin();
        var isCounted = false;
        try
        {
            var upstream = endpoint.TakeResting(_client.Engine, _mayRepeat && !isRetry)
                ?? await endpoint.ConnectAsync(_client.Engine, plane.Deadlines.Connect);
            if (upstream is null)
            {
                endpoint.SetAside();
                plane.LogFailure("an instance takes no connections", release, endpoint, _id.Text);
                release.Counters.EndFailed();
                isCounted = true;
                return Attempt.Unsent;
            }
            _upstream = upstream;
            upstream.Wire.CapRead(Wire.Capped);
            _client.Attach(upstream);
            var attempt = await SendAndReceiveAsync();
            isCounted = true;
            return attempt;
        }
        finally
        {
            if (!isCounted)
                release.Counters.EndFailed();
            _client.Detach();
            endpoint.Leave();
        }
    }

    /// <summary>Sends the request and passes its answer on; counts the request out, whatever happens.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Attempt> SendAndReceiveAsync()
    {
        _isBodyBegun = false;
        _firstByteAt = _uploadedAt = 0;
        _toInstance.Clear();
        HeadWriter.WriteRequest(
            _toInstance, _request, Head, _route, _prefixLength, _id, _client.Address, plane.Authority);
        if (_request.HasBody)
            return await CarryUploadAsync();
        var due = Deadlines.After(plane.Deadlines.Write);
        if (!await _upstream.Wire.SendAsync(_toInstance.Written, due))
            return await FailAsync(AnswerHead.Died);
        _toInstance.Release();
        _uploadedAt = _startedAt;
        _upstream.Wire.CapRead(Deadlines.After(_route.ResponseTimeout));
        var outcome = await ReadAnswerHeadAsync();
        return outcome == AnswerHead.Ready ? await PassAnswerAsync() : await FailAsync(outcome);
    }

    /// <summary>
    /// The same with a body, which goes up while the answer may already come down: an instance can refuse an upload before
    /// its end, or answer while it reads.
    /// </summary>
    private async ValueTask<Attempt> CarryUploadAsync()
    {
        _isBodyBegun = true;
        _client.Buffer.Consume(_headLength);
        _upload.Begin(_request.Fields.IsChunked ? BodyFraming.Chunked : BodyFraming.Length, _request.Fields.ContentLength);
        _uploadEnd = NotEnded;
        var uploading = UploadAsync();
        try
        {
            var outcome = await ReadAnswerHeadAsync();
            if (outcome == AnswerHead.Ready)
                return await PassAnswerAsync();
            var end = _uploadEnd;
            return end is NotEnded or (int)PumpEnd.Complete or (int)PumpEnd.TargetFailed
                ? await FailAsync(outcome)
                : await EndUploadFaultAsync((PumpEnd)end);
        }
        finally
        {
            await EndUploadAsync(uploading);
        }
    }

    private async Task UploadAsync()
    {
        var end = await BodyPump.RunAsync(
            _client.Engine, _client.Wire, _client.Buffer, _upload, _upstream.Wire, _toInstance, _request.Fields.IsChunked,
            plane.Deadlines.Body, plane.Deadlines.Write);
        Volatile.Write(ref _uploadedAt, Stopwatch.GetTimestamp());
        // The answer's side acts on the end as soon as it is set, so it is set last where the connection may go on, and
        // before the connection is cut where it may not.
        if (end is PumpEnd.Complete or PumpEnd.TargetFailed)
        {
            _upstream.Wire.CapRead(Deadlines.After(_route.ResponseTimeout));
            _uploadEnd = (int)end;
        }
        else
        {
            _uploadEnd = (int)end;
            _upstream.Wire.Close();
        }
    }

    /// <summary>
    /// Sees an upload off. When the answer is over and the upload is not, nobody reads the rest: the client is given time to
    /// read the answer before its connection closes.
    /// </summary>
    private async ValueTask EndUploadAsync(Task uploading)
    {
        var due = Deadlines.After(plane.Deadlines.Linger);
        if (_uploadEnd == NotEnded && !IsRequestRead)
        {
            _upstream.Wire.Close();
            _client.Wire.EndSending();
            _client.Wire.HastenRead(due);
        }
        await uploading;
        if (!IsRequestRead && !_client.Wire.IsClosed)
            await _client.LingerAsync(due);
    }

    /// <summary>Reads up to the head of the final answer, passing interim ones on.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<AnswerHead> ReadAnswerHeadAsync()
    {
        var seen = 0;
        var interims = 0;
        while (true)
        {
            _answerLength = _fromInstance.Length == 0 ? 0 : HeadScanner.Find(_fromInstance.Unread, ref seen);
            if (_answerLength < 0 || Math.Max(_answerLength, _fromInstance.Length - 32 * 1024) > HttpLimits.HeadBytesMax)
                return AnswerHead.Broken;
            if (_answerLength > 0)
            {
                if (_response.Parse(_fromInstance.Unread[.._answerLength]) != HeadFault.None)
                    return AnswerHead.Broken;
                if (_response.Status >= 200 || (_response.Status == 101 && _request.WantsUpgrade))
                    return AnswerHead.Ready;
                if (_response.Status == 101 || ++interims > HttpLimits.InterimAnswersMax)
                    return AnswerHead.Broken;
                if (!await PassInterimAsync())
                    return AnswerHead.ClientFailed;
                seen = 0;
                _firstByteAt = 0;
                continue;
            }
            var count = await _upstream.Wire.ReceiveAsync(_fromInstance.Space(), Wire.Capped);
            if (count == Wire.Expired)
                return AnswerHead.Late;
            if (count <= 0)
                return _fromInstance.Length == 0 && interims == 0 ? AnswerHead.Died : AnswerHead.Broken;
            if (_firstByteAt == 0)
                _firstByteAt = Stopwatch.GetTimestamp();
            _fromInstance.Filled(count);
        }
    }

    private async ValueTask<bool> PassInterimAsync()
    {
        var isSent = true;
        if (_request.MinorVersion == 1)
        {
            HeadWriter.WriteInterim(_toClient, _response, _fromInstance.Unread[.._answerLength]);
            isSent = await _client.Wire.SendAsync(_toClient.Written, Deadlines.After(plane.Deadlines.Write));
            _toClient.Clear();
        }
        _fromInstance.Consume(_answerLength);
        return isSent;
    }

    /// <summary>No answer came: tells the client, or lets the request be tried again.</summary>
    private async ValueTask<Attempt> FailAsync(AnswerHead outcome)
    {
        _client.Detach();
        _upstream.Wire.Close();
        var counters = _release.Counters;
        if (_client.IsGone || outcome == AnswerHead.ClientFailed)
        {
            counters.EndAborted();
            return Attempt.Closed;
        }
        var rested = _upstream.IsReused ? Environment.TickCount64 - _upstream.RestsSince : 0;
        if (outcome == AnswerHead.Died && _upstream.IsReused && _mayRepeat)
        {
            // A connection that rested long was most likely closed for its rest; one in busy use died with its instance.
            if (rested >= 1_000)
                counters.EndUncounted();
            else
                counters.EndFailed();
            return Attempt.Unanswered;
        }
        counters.EndFailed();
        var (what, answer) = outcome switch
        {
            AnswerHead.Late => ("an instance did not answer in time", OwnAnswer.Late),
            AnswerHead.Died => ("an instance ended a connection before it answered", OwnAnswer.Unanswered),
            _ => ("an instance gave an answer that is not proper HTTP", OwnAnswer.BadUpstream),
        };
        plane.LogFailure(what, _release, _endpoint, _id.Text);
        return await AnswerAsync(answer) ? Attempt.Answered : Attempt.Closed;
    }

    /// <summary>The client did not send what it promised; that is not the release's fault.</summary>
    private async ValueTask<Attempt> EndUploadFaultAsync(PumpEnd end)
    {
        _client.Detach();
        _release.Counters.EndAborted();
        if (end == PumpEnd.SourceEnded)
            _client.Wire.Close();
        else
            await AnswerAsync(end == PumpEnd.SourceBroken ? OwnAnswer.BadBody : OwnAnswer.ClientLate);
        return Attempt.Closed;
    }
}
