using System.Diagnostics;
using System.Runtime.CompilerServices;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Engines;
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
    private AnswerHead _outcome;
    private int _answerLength;
    private int _answerSeen;
    private int _interims;
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
        Missing,
        Interim,
        Ready,
        Died,
        Broken,
        Late,
        ClientFailed,
    }

    /// <summary>Sends the request to the instance that was taken and passes its answer on; counts the request out, whatever happens.</summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<Attempt> AttemptAsync(bool isRetry)
    {
        var (release, endpoint) = (_release, _endpoint);
        release.Counters.Begin();
        var isCounted = false;
        Task? uploading = null;
        try
        {
            var upstream = endpoint.TakeResting(_client.Engine, _mayRepeat && !isRetry)
                ?? await endpoint.ConnectAsync(_client.Engine, plane.Deadlines, plane.Log);
            if (upstream is null)
            {
                isCounted = true;
                return Unreached();
            }
            BeginAttempt(upstream);
            if (_request.HasBody)
                uploading = UploadAsync();
            else if (await upstream.Wire.SendAsync(_toInstance.Written, Deadlines.After(plane.Deadlines.Write)))
                EndSending();
            else
                _outcome = AnswerHead.Died;
            while (_outcome == AnswerHead.Missing)
            {
                TakeAnswer(await upstream.Wire.ReceiveAsync(_fromInstance.Space(), Wire.Capped));
                if (_outcome == AnswerHead.Interim)
                    _outcome = await PassInterimAsync();
            }
            var attempt = _outcome == AnswerHead.Ready ? await PassAnswerAsync() : await FailAsync();
            isCounted = true;
            return attempt;
        }
        finally
        {
            if (!isCounted)
                release.Counters.EndFailed();
            if (uploading is not null)
                await EndUploadAsync(uploading);
            _client.Detach();
            endpoint.Leave();
            release.Freed();
        }
    }

    private Attempt Unreached()
    {
        _endpoint.SetAside();
        plane.LogFailure("an instance takes no connections", _release, _endpoint, _id.Text);
        _release.Counters.EndFailed();
        NoteFailure();
        return Attempt.Unsent;
    }

    private void BeginAttempt(UpstreamConnection upstream)
    {
        _upstream = upstream;
        upstream.Wire.CapRead(Wire.Capped);
        _client.Attach(upstream);
        _outcome = AnswerHead.Missing;
        _isBodyBegun = false;
        _firstByteAt = _uploadedAt = 0;
        _answerSeen = _interims = 0;
        _toInstance.Clear();
        HeadWriter.WriteRequest(
            _toInstance, _request, Head, _route, _prefixLength, _id, _guard?.Withheld ?? default, _forInstance.Written.Span, _span, _client, plane.Authority);
        if (!_request.HasBody)
            return;
        // It goes up while the answer may already come down: an instance can refuse an upload before its end, or answer
        // while it reads.
        _isBodyBegun = true;
        _client.Buffer.Consume(_headLength);
        _upload.Begin(_request.Fields.IsChunked ? BodyFraming.Chunked : BodyFraming.Length, _request.Fields.ContentLength);
        _uploadEnd = NotEnded;
    }

    /// <summary>All of a request without a body is sent: the clock for its answer starts.</summary>
    private void EndSending()
    {
        _toInstance.Release();
        _uploadedAt = _startedAt;
        _upstream.Wire.CapRead(Deadlines.After(_route.ResponseTimeout));
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

    /// <summary>Takes what has come of the answer, up to the end of a head.</summary>
    private void TakeAnswer(int count)
    {
        if (count <= 0)
        {
            _outcome = count == Wire.Expired ? AnswerHead.Late
                : _fromInstance.Length == 0 && _interims == 0 ? AnswerHead.Died : AnswerHead.Broken;
            return;
        }
        if (_firstByteAt == 0)
            _firstByteAt = Stopwatch.GetTimestamp();
        _fromInstance.Filled(count);
        ParseAnswer();
    }

    private void ParseAnswer()
    {
        _outcome = AnswerHead.Missing;
        _answerLength = _fromInstance.Length == 0 ? 0 : HeadScanner.Find(_fromInstance.Unread, ref _answerSeen);
        if (_answerLength < 0 || Math.Max(_answerLength, _fromInstance.Length - 32 * 1024) > HttpLimits.HeadBytesMax)
            _outcome = AnswerHead.Broken;
        else if (_answerLength > 0)
            _outcome = _response.Parse(_fromInstance.Unread[.._answerLength]) == HeadFault.None ? JudgeAnswer() : AnswerHead.Broken;
    }

    private AnswerHead JudgeAnswer()
    {
        if (_response.Status >= 200 || (_response.Status == 101 && _request.WantsUpgrade))
            return AnswerHead.Ready;
        return _response.Status == 101 || ++_interims > HttpLimits.InterimAnswersMax ? AnswerHead.Broken : AnswerHead.Interim;
    }

    /// <summary>Passes interim answers on, as many as have come.</summary>
    private async ValueTask<AnswerHead> PassInterimAsync()
    {
        while (_outcome == AnswerHead.Interim)
        {
            if (_request.MinorVersion == 1)
            {
                HeadWriter.WriteInterim(_toClient, _response, _fromInstance.Unread[.._answerLength]);
                if (!await _client.Wire.SendAsync(_toClient.Written, Deadlines.After(plane.Deadlines.Write)))
                    return AnswerHead.ClientFailed;
                _toClient.Clear();
            }
            _fromInstance.Consume(_answerLength);
            _answerSeen = 0;
            _firstByteAt = 0;
            ParseAnswer();
        }
        return _outcome;
    }

    /// <summary>No answer came: tells the client, or lets the request be tried again.</summary>
    private ValueTask<Attempt> FailAsync()
    {
        var end = _request.HasBody ? _uploadEnd : NotEnded;
        return end is NotEnded or (int)PumpEnd.Complete or (int)PumpEnd.TargetFailed
            ? FailAsync(_outcome)
            : EndUploadFaultAsync((PumpEnd)end);
    }

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
        NoteFailure();
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
