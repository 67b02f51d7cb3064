using System.Diagnostics;
using System.Runtime.CompilerServices;
using Slipway.Core.Manifests;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Http;
using Slipway.Gateway.Tracing;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>How one try to have a request answered by one instance ended.</summary>
internal enum Attempt
{
    /// <summary>It was answered, and the client's connection can carry another request.</summary>
    Answered,

    /// <summary>It has ended, and so must the client's connection.</summary>
    Closed,

    /// <summary>Nothing of the request was sent, so that it can go anywhere else.</summary>
    Unsent,

    /// <summary>A kept connection died before the first byte of an answer to a request that may be sent twice.</summary>
    Unanswered,
}

/// <summary>
/// One request and its answer: finds the route, chooses release and instance, waits or tries again where that is allowed.
/// Used again for every request; nothing of one is left for the next.
/// </summary>
internal sealed partial class Exchange(DataPlane plane)
{
    private readonly RequestHead _request = new();
    private readonly RequestId _id = new();
    private readonly WriteBuffer _toInstance = new();
    private readonly WriteBuffer _toClient = new();
    private ClientConnection _client = null!;
    private LiveTable _table = null!;
    private LiveService _service = null!;
    private Route _route = null!;
    private LiveRelease _release = null!;
    private EndpointState _endpoint = null!;
    private int _prefixLength;
    private int _headLength;
    private long _startedAt;
    private long _holdDue;
    private long _queueDue;
    private AccessEntry? _entry;
    private Activity? _span;
    private bool _isLogged;
    private int _status;
    private bool _setsCookie;
    private bool _mayRepeat;

    private Span<byte> Head => _client.Buffer.UnreadInPlace[.._headLength];

    /// <summary>Carries a request whose head lies at the front of the client's buffer; false when the connection must end.</summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    public async ValueTask<bool> RunAsync(ClientConnection client, int headLength)
    {
        Begin(client, headLength);
        try
        {
            var fault = _request.Parse(Head);
            if (fault != HeadFault.None)
                return await RefuseAsync(fault);
            _id.Set(_request.Fields.RequestId < 0 ? default : _request.Fields.ValueOf(Head, _request.Fields.RequestId));
            if (plane.WritesDown)
                BeginEntry();
            if (_request.IsAsterisk)
                return await AnswerAsync(OwnAnswer.NoRoute);
            _mayRepeat = _request.IsIdempotent && !_request.HasBody && !_request.WantsUpgrade;
            _table = plane.Tables.Current;
            while (true)
            {
                if (!TryRoute())
                {
                    plane.Book.CountUnrouted();
                    return await AnswerAsync(OwnAnswer.NoRoute);
                }
                if (IsUnderOtherRules() && await GuardAsync(_guard!) is { } refusal)
                    return await AnswerAsync(refusal);
                var admission = await AdmitAsync();
                if (admission == Admission.Rerouted)
                    continue;
                if (admission == Admission.Refused)
                    return await AnswerAsync(RefuseOverload());
                if (admission == Admission.Gone)
                    return false;
                var outcome = admission == Admission.Taken ? await AttemptAsync(isRetry: false) : Attempt.Unsent;
                if (outcome >= Attempt.Unsent && _endpoint is not null && MayTryAgain(outcome) && TryChooseAnother(outcome))
                    outcome = await AttemptAsync(isRetry: true);
                if (outcome < Attempt.Unsent)
                    return outcome == Attempt.Answered;
                if (outcome == Attempt.Unanswered)
                    return await AnswerAsync(OwnAnswer.Unanswered);
                if (!await HoldAsync())
                    return await AnswerUntakenAsync();
            }
        }
        finally
        {
            End();
        }
    }

    private void Begin(ClientConnection client, int headLength)
    {
        _startedAt = Stopwatch.GetTimestamp();
        _client = client;
        _headLength = headLength;
        _isBodyBegun = false;
        _uploadEnd = NotEnded;
        _holdDue = _queueDue = 0;
        _rules = null;
        _counter = null;
        _status = 0;
        _isCall = false;
        _callCode = null;
    }

    private void End()
    {
        if (_entry is { } entry)
            EndEntry(entry);
        _toInstance.Release();
        _toClient.Release();
        _fromInstance.Release();
        _moreFields.Release();
        _forInstance.Release();
        _judge.Release();
        (_client, _table, _service, _route, _release, _endpoint) = (null!, null!, null!, null!, null!, null!);
        _guard = null;
    }

    private void BeginEntry()
    {
        _span = plane.Traces?.Begin(_request.Fields.TraceParent < 0 ? default : _request.Fields.ValueOf(Head, _request.Fields.TraceParent), _client.IsTrusted);
        _isLogged = plane.AccessLog?.TakesNext() == true;
        if (_isLogged || _span is not null)
            _entry = AccessEntry.Of(_client.Peer, _client.IsSecure, _request.Method(Head), _request.Authority(Head), _request.Path(Head), _request.Query(Head), _id.Text);
    }

    private void EndEntry(AccessEntry entry)
    {
        var outcome = new AccessOutcome(
            _status, _callCode, Stopwatch.GetElapsedTime(_startedAt), _route?.Path, _service?.Name.ToString(),
            _endpoint is null ? null : _release.Counters.Release.ToString(), _endpoint?.Endpoint.Instance.ToString(), _span?.TraceId.ToString());
        if (_isLogged)
            plane.AccessLog!.Write(entry, outcome);
        if (_span is { } span)
            Traces.End(span, entry, outcome);
        (_entry, _span) = (null, null);
    }

    private async ValueTask<bool> RefuseAsync(HeadFault fault)
    {
        plane.Book.CountRefused();
        await _client.AnswerAndCloseAsync(OwnAnswer.To(fault));
        return false;
    }

    private ValueTask<bool> AnswerUntakenAsync()
    {
        if (_endpoint is not null)
            return AnswerAsync(OwnAnswer.Unreachable);
        plane.Book.CountUnrouted();
        return AnswerAsync(OwnAnswer.NoInstance);
    }

    private bool TryRoute()
    {
        if (!_table.TryMatch(_request.HostName(Head), _request.Path(Head), out _service, out var route, out _prefixLength))
            return false;
        (_route, _guard) = (route.Route, route.Guard);
        return true;
    }

    /// <summary>Chooses release and instance; false when none takes new requests.</summary>
    private bool TryChoose()
    {
        _endpoint = null!;
        var named = _route.Sticky ? StickyCookie.Find(_request.Fields, Head, _service.CookieName.Span) : default;
        var release = named.IsEmpty ? null : _service.Named(named);
        _setsCookie = _route.Sticky && release is null;
        release ??= _service.TakeTurn();
        if (_mayRepeat)
            _service.Retries.Earn();
        _release = release!;
        // Who comes later must not be served before those who wait.
        if (release is null || release.Queue is { Count: > 0 } || release.Take(except: null, Environment.TickCount64) is not { } endpoint)
            return false;
        _endpoint = endpoint;
        return true;
    }

    private bool MayTryAgain(Attempt outcome) => outcome == Attempt.Unsent || _service.Retries.TrySpend();

    /// <summary>
    /// Chooses another instance: of the same release, else of another one. The same instance again only when it was a kept
    /// connection that failed, which says little about the instance.
    /// </summary>
    private bool TryChooseAnother(Attempt outcome)
    {
        var now = Environment.TickCount64;
        if (_release.Take(except: _endpoint, now) is { } sibling)
        {
            _endpoint = sibling;
            return true;
        }
        if (outcome == Attempt.Unanswered)
            return _endpoint.TryEnter(int.MaxValue);
        if (_service.OtherThan(_release) is not { } other || other.Take(except: null, now) is not { } endpoint)
            return false;
        (_release, _endpoint) = (other, endpoint);
        _setsCookie = _route.Sticky;
        return true;
    }

    /// <summary>Waits for another table; false when the time of the route is over.</summary>
    private async ValueTask<bool> HoldAsync()
    {
        if (_holdDue == 0)
            _holdDue = Deadlines.After(_route.Hold);
        var left = _holdDue - Environment.TickCount64;
        if (left <= 0 || plane.IsDraining)
            return false;
        try
        {
            await _table.Replaced.WaitAsync(TimeSpan.FromMilliseconds(left));
        }
        catch (TimeoutException)
        {
            await _client.Engine.Enter();
            return false;
        }
        await _client.Engine.Enter();
        _table = plane.Tables.Current;
        return true;
    }

    /// <summary>Answers in the gateway's own name. A body that has not been read ends the connection.</summary>
    private async ValueTask<bool> AnswerAsync(OwnAnswer answer)
    {
        var closes = !_request.KeepsAlive || !IsRequestRead || plane.IsDraining || _client.Wire.IsClosed;
        _toClient.Clear();
        _status = answer.Status;
        answer.Write(_toClient, _id.Text, _request.IsHead, closes || _request.MinorVersion == 0, _moreFields.Written.Span);
        if (!_isBodyBegun)
            _client.Buffer.Consume(_headLength);
        var isSent = await _client.Wire.SendAsync(_toClient.Written, Deadlines.After(plane.Deadlines.Write));
        if (isSent && _request.HasBody && !_isBodyBegun)
            await _client.LingerAsync(Deadlines.After(plane.Deadlines.Linger));
        return isSent && !closes && _request.MinorVersion == 1;
    }
}
