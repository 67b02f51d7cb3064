using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Slipway.Core.Manifests;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Guarding;
using Slipway.Gateway.Http;
using Slipway.Gateway.Statistics;
using Slipway.Gateway.Validation;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>What stands before the route: networks, the limit, the judge of requests.</summary>
internal sealed partial class Exchange
{
    // The head and this much of a body fit a large slab; what lies beyond is not judged.
    private const int JudgedBytesMax = 64 * 1024 - 1;

    [ThreadStatic]
    private static RequestInspector? t_inspector;

    private readonly WriteBuffer _moreFields = new();
    private readonly byte[] _nonce = new byte[SecurityFields.NonceLength];
    private byte[] _decoded = [];
    private int _decodedLength;
    private RouteGuard? _guard;
    private bool _isAdmitted;

    /// <summary>The nonce of this request's Content-Security-Policy; empty when it needs none.</summary>
    private ReadOnlySpan<byte> Nonce => _guard?.Answers is { NeedsNonce: true } ? _nonce : default;

    /// <summary>Lets a request through, or gives the answer that refuses it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<OwnAnswer?> GuardAsync(RouteGuard guard)
    {
        _isAdmitted = true;
        if (guard.Answers is { NeedsNonce: true })
            SecurityFields.MakeNonce(_nonce);
        if (RefuseByClient(guard) is { } refused)
            return refused;
        if (guard.Validation is null)
            return RefuseByBreaker(guard);
        var finding = JudgeHead(guard);
        if (!finding.IsAttack && _request.HasBody)
        {
            if (!await ReadJudgedAsync())
                return OwnAnswer.ClientLate;
            finding = JudgeBody(guard);
        }
        return (finding.IsAttack ? Found(guard, finding) : null) ?? RefuseByBreaker(guard);
    }

    // The last to be asked: whoever is let through when it is half open must come to an instance.
    private OwnAnswer? RefuseByBreaker(RouteGuard guard)
    {
        var now = Environment.TickCount64;
        if (guard.Breaker is not { } breaker || breaker.TryPass(now))
            return null;
        _moreFields.Append("Retry-After: "u8);
        _moreFields.AppendNumber(breaker.RetryAfterSeconds(now));
        _moreFields.Append("\r\n"u8);
        return Refused(RefusalReason.Breaker, OwnAnswer.BreakerOpen, "the breaker is open");
    }

    /// <summary>An answer came: the breakers of instance and route hear it.</summary>
    private void NoteSuccess()
    {
        _endpoint.Breaker.Succeeded();
        _guard?.Breaker?.Succeeded();
    }

    /// <summary>A request failed in transport.</summary>
    private void NoteFailure()
    {
        var now = Environment.TickCount64;
        if (_endpoint.Breaker.Failed(now))
            plane.LogFailure("an instance fails again and again and is put aside", _release, _endpoint, _id.Text);
        if (_guard?.Breaker?.Failed(now) == true)
            plane.LogFailure("the breaker of a route opens", _release, _endpoint, _id.Text);
    }

    private OwnAnswer? RefuseByClient(RouteGuard guard)
    {
        var client = Client();
        if (!guard.IsAllowed(client))
            return Refused(RefusalReason.Address, OwnAnswer.AddressRefused, "the address may not ask");
        if (guard.Limiter is not { } limiter)
            return null;
        var verdict = limiter.Take(KeyOf(guard, client), Stopwatch.GetElapsedTime(0).Ticks);
        WriteLimit(guard.Limit!, verdict);
        return verdict.IsAllowed ? null : Refused(RefusalReason.RateLimit, OwnAnswer.TooMany, "more requests than the limit");
    }

    /// <summary>The address that a limit counts and a list names: the peer's, or whom a trusted proxy speaks for.</summary>
    private IPAddress? Client()
        => _client.IsTrusted ? ForwardedFields.ClientOf(_request.Fields, Head, plane.Trusted) ?? _client.Peer : _client.Peer;

    private ulong KeyOf(RouteGuard guard, IPAddress? client)
    {
        if (guard.Limit!.By == LimitBy.Route)
            return 1;
        var value = guard.Limit.By == LimitBy.Field ? _request.Fields.ValueOf(Head, guard.LimitField) : default;
        return value.IsEmpty ? ClientKey.Of(client) : ClientKey.Of(value);
    }

    /// <summary>Says the limit to the client (draft-ietf-httpapi-ratelimit-headers), and when to come again (RFC 9110, section 10.2.3).</summary>
    private void WriteLimit(RateLimit limit, in LimitVerdict verdict)
    {
        _moreFields.Append("RateLimit-Policy: \"default\";q="u8);
        _moreFields.AppendNumber(limit.Requests);
        _moreFields.Append(";w="u8);
        _moreFields.AppendNumber((long)limit.Per.TotalSeconds);
        _moreFields.Append("\r\nRateLimit: \"default\";r="u8);
        _moreFields.AppendNumber(verdict.Remaining);
        _moreFields.Append(";t="u8);
        _moreFields.AppendNumber(verdict.ResetSeconds);
        _moreFields.Append("\r\n"u8);
        if (verdict.IsAllowed)
            return;
        _moreFields.Append("Retry-After: "u8);
        _moreFields.AppendNumber(verdict.RetryAfterSeconds);
        _moreFields.Append("\r\n"u8);
    }

    private Finding JudgeHead(RouteGuard guard)
    {
        var inspector = t_inspector ??= new();
        inspector.Excepted = guard.Excepted;
        var query = _request.Query(Head);
        var finding = inspector.Target(_request.Path(Head), query.IsEmpty ? query : query[1..]);
        for (var i = 0; i < _request.Fields.Count && !finding.IsAttack; i++)
        {
            ref readonly var field = ref _request.Fields.All[i];
            finding = inspector.Field(Head.Slice(field.NameAt, field.NameLength), _request.Fields.ValueOf(Head, i));
        }
        return finding;
    }

    private Finding JudgeBody(RouteGuard guard)
    {
        var inspector = t_inspector ??= new();
        inspector.Excepted = guard.Excepted;
        var raw = _client.Buffer.Unread[_headLength..];
        return inspector.Body(ContentType(), _request.Fields.IsChunked ? _decoded.AsSpan(0, _decodedLength) : raw[..(int)Math.Min(raw.Length, _request.Fields.ContentLength)]);
    }

    private ReadOnlySpan<byte> ContentType() => _request.Fields.ValueOf(Head, "content-type"u8);

    /// <summary>Reads as much of the body as is judged, behind the head; false when it does not come in time.</summary>
    private async ValueTask<bool> ReadJudgedAsync()
    {
        if (!RequestInspector.Judges(ContentType()))
            return true;
        if (_request.Fields.Expect >= 0 && _request.MinorVersion == 1)
        {
            _request.Fields.MeetExpectation();
            if (!await _client.Wire.SendAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), Deadlines.After(plane.Deadlines.Write)))
                return false;
        }
        var decoder = _request.Fields.IsChunked ? new ChunkedDecoder() : null;
        if (decoder is not null)
            _decoded = SlabPool.Large.Rent();
        decoder?.Begin();
        var seen = 0;
        while (!IsJudgedHere(decoder, ref seen) && _client.Buffer.Length < JudgedBytesMax)
        {
            var count = await _client.Wire.ReceiveAsync(_client.Buffer.Space(), Deadlines.After(plane.Deadlines.Body));
            if (count <= 0)
            {
                if (count != Wire.Expired)
                    _client.Wire.Close();
                return false;
            }
            _client.Buffer.Filled(count);
        }
        return true;
    }

    /// <summary>Takes what has come of the body; true when all of it is here, or what has come is no proper body.</summary>
    private bool IsJudgedHere(ChunkedDecoder? decoder, ref int seen)
    {
        var raw = _client.Buffer.Unread[_headLength..];
        if (decoder is null)
            return raw.Length >= _request.Fields.ContentLength;
        _decodedLength += decoder.Decode(raw[seen..], _decoded.AsSpan(_decodedLength), out var consumed);
        seen += consumed;
        return decoder.IsDone || decoder.IsBroken;
    }

    private void ReleaseDecoded()
    {
        if (_decoded.Length > 0)
            SlabPool.Return(_decoded);
        (_decoded, _decodedLength) = ([], 0);
    }

    private OwnAnswer? Found(RouteGuard guard, in Finding finding)
    {
        plane.Book.CountFinding(finding.Class);
        var isRefused = guard.Validation == ValidationMode.Block;
        plane.LogRefusal(
            isRefused ? "a request was refused" : "a request looks like an attack", $"{finding.Class}: {finding.Rule}", finding.Score,
            _service.Name, Client(), _id.Text);
        if (!isRefused)
            return null;
        plane.Book.CountRefusal(RefusalReason.Attack);
        return OwnAnswer.LooksLikeAttack;
    }

    private OwnAnswer Refused(RefusalReason reason, OwnAnswer answer, string why)
    {
        plane.Book.CountRefusal(reason);
        plane.LogRefusal("a request was refused", why, null, _service.Name, Client(), _id.Text);
        return answer;
    }
}
