using System.Net;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Callers;
using Slipway.Gateway.Forwarding;
using Slipway.Gateway.Http;
using Slipway.Gateway.Validation;

namespace Slipway.Gateway.Guarding;

/// <summary>What stands before a route, made ready for requests.</summary>
internal sealed class RouteGuard
{
    private readonly Networks? _allowed;
    private readonly Networks? _denied;

    /// <summary>Makes one ready.</summary>
    /// <param name="protection">What it is to be.</param>
    /// <param name="limiter">The one that counts for it already, where there is one.</param>
    /// <param name="callers">Checks who asks; null where anybody may.</param>
    public RouteGuard(RouteProtection protection, RateLimiter? limiter, CallerCheck? callers)
    {
        Rules = protection;
        _allowed = protection.Allow is { } allow && Networks.TryParse(allow, out var allowed) ? allowed : null;
        _denied = protection.Deny is { } deny && Networks.TryParse(deny, out var denied) ? denied : null;
        Limit = protection.Limit;
        Limiter = limiter;
        LimitField = protection.Limit?.Field is { } field ? Encoding.ASCII.GetBytes(field) : [];
        Validation = protection.Validation?.Mode;
        foreach (var name in protection.Validation?.Except?.Split(',') ?? [])
        {
            if (Enum.TryParse<ValidationException>(name, ignoreCase: true, out var exception))
                Excepted |= 1 << (int)ClassOf(exception);
        }
        Breaker = protection.Breaker is { } breaker ? new(breaker) : null;
        Answers = protection.Headers is { } headers ? new(headers) : null;
        CrossOrigin = protection.CrossOrigin is { } cors ? new(cors) : null;
        Callers = callers;
        Withheld = new(callers?.Withheld ?? 0, CrossOrigin is null ? 0 : FieldKinds.Bit(FieldKind.CrossOrigin));
    }

    /// <summary>What it was made of.</summary>
    public RouteProtection Rules { get; }

    /// <summary>Whether some addresses may not ask.</summary>
    public bool HasNetworks => _allowed is not null || _denied is not null;

    /// <summary>What its buckets are called where several gateways count together.</summary>
    public string LimitName { get; init; } = "";

    /// <summary>Which pages of other sites may ask; null when it does not say.</summary>
    public CrossOrigin? CrossOrigin { get; }

    /// <summary>Checks who asks; null where anybody may.</summary>
    public CallerCheck? Callers { get; }

    /// <summary>The fields that stay here.</summary>
    public WithheldFields Withheld { get; }

    /// <summary>How many requests it takes; null for any number.</summary>
    public RateLimit? Limit { get; }

    /// <summary>The field by which it tells clients apart; empty when it does not.</summary>
    public byte[] LimitField { get; }

    /// <summary>Counts them; null when there is no limit.</summary>
    public RateLimiter? Limiter { get; }

    /// <summary>What happens to attacks; null when they are not looked for.</summary>
    public ValidationMode? Validation { get; }

    /// <summary>Keeps requests from a service that fails, until the next table; null for none.</summary>
    public CircuitBreaker? Breaker { get; }

    /// <summary>The attacks that are not looked for, each a bit at its number in <see cref="AttackClass"/>.</summary>
    public int Excepted { get; }

    /// <summary>The security fields of its answers; null for none.</summary>
    public SecurityFields? Answers { get; }

    /// <summary>Whether an address may ask.</summary>
    public bool IsAllowed(IPAddress? address)
        => (_allowed is null || _allowed.Contains(address)) && _denied?.Contains(address) != true;

    private static AttackClass ClassOf(ValidationException exception) => exception switch
    {
        ValidationException.Sql => AttackClass.SqlInjection,
        ValidationException.Script => AttackClass.CrossSiteScripting,
        ValidationException.Command => AttackClass.CommandInjection,
        ValidationException.Path => AttackClass.PathTraversal,
        _ => AttackClass.HeaderInjection,
    };
}
