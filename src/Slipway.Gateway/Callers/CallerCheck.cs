using System.Buffers.Text;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Callers;

/// <summary>What a route asks of those who come: a token, a key, or a name with a key.</summary>
internal sealed class CallerCheck
{
    private const int BasicBytesMax = 1024;

    private readonly CallerPlan _plan;
    private readonly CallerFile? _callers;
    private readonly TokenCheck? _tokens;
    private readonly string[] _roles;
    private readonly string _realm;

    /// <summary>Makes one ready.</summary>
    public CallerCheck(CallerPlan plan, ServiceName service, ProofSources sources)
    {
        _plan = plan;
        _roles = plan.Roles?.Split(',') ?? [];
        _realm = service.ToString();
        if (plan.By == CallerProof.Jwt)
            _tokens = new(plan, sources.Keys(plan.Keys));
        else
            _callers = sources.Callers(plan.Keys);
    }

    /// <summary>The kinds of fields that are meant for the gateway alone and must not reach the application: keys, but not tokens.</summary>
    public int Withheld => _plan.By == CallerProof.Jwt ? 0 : Proofs;

    private int Proofs => FieldKinds.Bit(FieldKind.Authorization) | (_plan.By == CallerProof.Key ? FieldKinds.Bit(FieldKind.ApiKey) : 0);

    /// <summary>Who a request comes from.</summary>
    public CallerVerdict Check(FieldLines fields, ReadOnlySpan<byte> head, DateTimeOffset now)
    {
        if (!TryProof(fields, head, out var proof))
            return CallerVerdict.No(CallerFault.Wrong, "more than one proof");
        if (proof.IsEmpty)
            return CallerVerdict.No(CallerFault.Missing, "no proof of who asks");
        var verdict = _plan.By switch
        {
            CallerProof.Jwt => CheckBearer(proof, now),
            CallerProof.Key => Named(_callers!.Find(StartsWithScheme(proof, "bearer "u8) ? Octets.Trim(proof[7..]) : proof), null),
            _ => CheckBasic(proof),
        };
        if (verdict.Caller is not { } caller || _roles.Length == 0 || caller.HasAny(_roles))
            return verdict;
        return CallerVerdict.No(CallerFault.Role, "none of the roles that may ask");
    }

    /// <summary>What the answer to one who is refused says about how to ask (RFC 9110, section 11.6.1; RFC 6750, section 3).</summary>
    public string Challenge(CallerFault fault) => _plan.By switch
    {
        CallerProof.Basic => $"Basic realm=\"{_realm}\", charset=\"UTF-8\"",
        CallerProof.Key => $"Bearer realm=\"{_realm}\"",
        _ => $"Bearer realm=\"{_realm}\"" + (fault switch
        {
            CallerFault.Missing => "",
            CallerFault.Expired => ", error=\"invalid_token\", error_description=\"The token has expired\"",
            _ => ", error=\"invalid_token\"",
        }),
    };

    /// <summary>The value of the one field that brings a proof; false when there is more than one.</summary>
    private bool TryProof(FieldLines fields, ReadOnlySpan<byte> head, out ReadOnlySpan<byte> proof)
    {
        proof = default;
        for (var i = 0; i < fields.Count; i++)
        {
            ref readonly var field = ref fields.All[i];
            if ((FieldKinds.Bit(field.Kind) & Proofs) == 0)
                continue;
            if (!proof.IsEmpty)
                return false;
            proof = fields.ValueOf(head, i);
        }
        return true;
    }

    private CallerVerdict CheckBearer(ReadOnlySpan<byte> proof, DateTimeOffset now)
        => StartsWithScheme(proof, "bearer "u8) ? _tokens!.Check(Octets.Trim(proof[7..]), now) : CallerVerdict.No(CallerFault.Wrong, "no token");

    private CallerVerdict CheckBasic(ReadOnlySpan<byte> proof)
    {
        if (!StartsWithScheme(proof, "basic "u8) || proof.Length > BasicBytesMax)
            return CallerVerdict.No(CallerFault.Wrong, "no name with a key");
        Span<byte> pair = stackalloc byte[BasicBytesMax];
        Base64.DecodeFromUtf8(Octets.Trim(proof[6..]), pair, out _, out var length);
        var colon = pair[..length].IndexOf((byte)':');
        if (colon <= 0)
            return CallerVerdict.No(CallerFault.Wrong, "no name with a key");
        return Named(_callers!.Find(pair[(colon + 1)..length]), Encoding.UTF8.GetString(pair[..colon]));
    }

    private CallerVerdict Named(Caller? caller, string? name)
    {
        if (!_callers!.IsReady)
            return CallerVerdict.No(CallerFault.Unchecked, "the file of callers cannot be read");
        return caller is null || (name is not null && !caller.Name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(name)))
            ? CallerVerdict.No(CallerFault.Wrong, "a key that nobody has")
            : CallerVerdict.Of(caller);
    }

    private static bool StartsWithScheme(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> scheme)
        => proof.Length > scheme.Length && Octets.Same(proof[..scheme.Length], scheme);
}
