using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Callers;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Guarding;
using Slipway.Gateway.Statistics;
using Slipway.Gateway.Validation;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>What stands before the route: networks and the limit, pages of other sites, callers, the judge of requests, the breaker.</summary>
internal sealed partial class Exchange
{
    private readonly WriteBuffer _moreFields = new();
    private readonly WriteBuffer _forInstance = new();
    private readonly byte[] _nonce = new byte[SecurityFields.NonceLength];
    private readonly RequestJudge _judge = new();
    private RouteGuard? _guard;
    private RouteProtection? _rules;
    private RateLimiter? _counter;
    private LimitVerdict _counted;

    /// <summary>
    /// Whether the request must be let through by the route's guard: it was not yet, or it waited, and the table in which it goes on has
    /// other rules. By the same rules nobody is asked, and counted, twice.
    /// </summary>
    private bool IsUnderOtherRules()
    {
        var rules = _guard?.Rules;
        if (Equals(rules, _rules))
            return false;
        if (_rules is not null)
        {
            _moreFields.Clear();
            _forInstance.Clear();
            _judge.Release();
        }
        _rules = rules;
        return rules is not null;
    }

    /// <summary>Lets a request through, or gives the answer that refuses it.</summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<OwnAnswer?> GuardAsync(RouteGuard guard)
    {
        if (guard.Answers is { NeedsNonce: true })
            MakeNonce();
        if (RefuseByAddress(guard) is { } strange)
            return strange;
        if (guard.Limit is { By: not LimitBy.Caller } && await LimitAsync(guard, default) is { } limited)
            return limited;
        if (RefuseByOrigin(guard) is { } foreign)
            return foreign;
        if (RefuseByCaller(guard, out var caller) is { } unknown)
            return unknown;
        if (guard.Limit is { By: LimitBy.Caller } && await LimitAsync(guard, caller) is { } busy)
            return busy;
        if (guard.Validation is null)
            return RefuseByBreaker(guard);
        var finding = RequestJudge.JudgeHead(_request, Head, guard.Excepted);
        if (!finding.IsAttack && _request.HasBody)
        {
            if (!await _judge.ReadAsync(_client, _request, _headLength, plane.Deadlines))
                return OwnAnswer.ClientLate;
            finding = _judge.JudgeBody(_request, Head, _client.Buffer.Unread[_headLength..], guard.Excepted);
        }
        return (finding.IsAttack ? Found(guard, finding) : null) ?? RefuseByBreaker(guard);
    }

    private void MakeNonce()
    {
        SecurityFields.MakeNonce(_nonce);
        _forInstance.AppendField(SecurityFields.NonceName, _nonce);
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

    private OwnAnswer? RefuseByAddress(RouteGuard guard)
        => guard.HasNetworks && !guard.IsAllowed(Client()) ? Refused(RefusalReason.Address, OwnAnswer.AddressRefused, "the address may not ask") : null;

    /// <summary>Counts the request where its limit is counted; refuses it when there are too many.</summary>
    private async ValueTask<OwnAnswer?> LimitAsync(RouteGuard guard, Caller? caller)
    {
        // It was let through by the same bucket before, under other rules.
        if (guard.Limiter == _counter)
        {
            WriteLimit(guard.Limit!, _counted);
            return null;
        }
        LimitVerdict? shared = null;
        if (plane.SharedLimits is { } limits)
        {
            shared = await limits.Take(guard.Limiter!, $"{guard.LimitName} {SharedKeyOf(guard, caller)}");
            await _client.Engine.Enter();
        }
        var verdict = shared ?? guard.Limiter!.Take(KeyOf(guard, caller), Stopwatch.GetElapsedTime(0).Ticks);
        (_counter, _counted) = (guard.Limiter, verdict);
        WriteLimit(guard.Limit!, verdict);
        return verdict.IsAllowed ? null : Refused(RefusalReason.RateLimit, OwnAnswer.TooMany, "more requests than the limit");
    }

    /// <summary>Refuses pages of sites that may not ask, and answers those that ask for leave.</summary>
    private OwnAnswer? RefuseByOrigin(RouteGuard guard)
    {
        if (guard.CrossOrigin is not { } cors)
            return null;
        var origin = _request.Fields.ValueOf(Head, "origin"u8);
        if (!cors.Allows(origin, _request.Authority(Head)))
            return Refused(RefusalReason.Origin, OwnAnswer.OriginRefused, "a page of another site");
        cors.WriteAnswer(_moreFields, origin);
        if (!CrossOrigin.IsPreflight(_request, Head))
            return null;
        if (!cors.AllowsRequested(_request, Head))
            return Refused(RefusalReason.Origin, OwnAnswer.OriginRefused, "a method or field that pages of other sites may not use");
        cors.WritePreflight(_moreFields);
        return OwnAnswer.Preflight;
    }

    /// <summary>Refuses those who do not prove who they are; tells the application who those are that do.</summary>
    private OwnAnswer? RefuseByCaller(RouteGuard guard, out Caller? caller)
    {
        caller = null;
        if (guard.Callers is not { } check)
            return null;
        var verdict = check.Check(_request.Fields, Head, DateTimeOffset.UtcNow);
        caller = verdict.Caller;
        if (caller is null)
            return RefuseCaller(check, verdict);
        _forInstance.AppendField("X-Forwarded-User"u8, caller.Name);
        if (caller.Roles.Length > 0)
            _forInstance.AppendField("X-Forwarded-Groups"u8, caller.Roles);
        return null;
    }

    private OwnAnswer RefuseCaller(CallerCheck check, in CallerVerdict verdict)
    {
        switch (verdict.Fault)
        {
            case CallerFault.Role:
                return Refused(RefusalReason.Role, OwnAnswer.RoleMissing, verdict.Why);
            case CallerFault.Unchecked:
                _moreFields.Append("Retry-After: 1\r\n"u8);
                return Refused(RefusalReason.Caller, OwnAnswer.CallerUnchecked, verdict.Why);
            default:
                _moreFields.AppendField("WWW-Authenticate"u8, Encoding.ASCII.GetBytes(check.Challenge(verdict.Fault)));
                return Refused(RefusalReason.Caller, OwnAnswer.CallerUnknown, verdict.Why);
        }
    }

    /// <summary>The address that a limit counts and a list names: the peer's, or whom a trusted proxy speaks for.</summary>
    private IPAddress? Client()
        => _client.IsTrusted ? ForwardedFields.ClientOf(_request.Fields, Head, plane.Trusted) ?? _client.Peer : _client.Peer;

    private ulong KeyOf(RouteGuard guard, Caller? caller) => guard.Limit!.By switch
    {
        LimitBy.Route => 1,
        LimitBy.Caller => ClientKey.Of(caller!.Name),
        LimitBy.Field when LimitedField(guard) is { IsEmpty: false } value => ClientKey.Of(value),
        _ => ClientKey.Of(Client()),
    };

    private string SharedKeyOf(RouteGuard guard, Caller? caller) => guard.Limit!.By switch
    {
        LimitBy.Route => "",
        LimitBy.Caller => ClientKey.Shared(caller!.Name),
        LimitBy.Field when LimitedField(guard) is { IsEmpty: false } value => ClientKey.Shared(value),
        _ => ClientKey.Shared(Client()),
    };

    private ReadOnlySpan<byte> LimitedField(RouteGuard guard) => _request.Fields.ValueOf(Head, guard.LimitField);

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
