using System.Text.Json.Serialization;

namespace Slipway.Core.Manifests;

/// <summary>What stands between a route and those who mean harm. Lists are texts, so that two are equal when they say the same.</summary>
public sealed record RouteProtection
{
    /// <summary>No protection beyond what holds for every request.</summary>
    public static RouteProtection None { get; } = new();

    /// <summary>The only networks that may ask, in CIDR notation, parted by commas; null for all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Allow { get; init; }

    /// <summary>Networks that may not ask, in CIDR notation, parted by commas; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deny { get; init; }

    /// <summary>How many requests it takes; null for any number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RateLimit? Limit { get; init; }

    /// <summary>What happens to requests that look like attacks; null when they are not looked at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RequestValidation? Validation { get; init; }

    /// <summary>When it stops asking a service that fails; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BreakerPlan? Breaker { get; init; }

    /// <summary>Security fields of its answers; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SecurityHeaders? Headers { get; init; }

    /// <summary>Which pages of other sites may ask; null when that is the application's to say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CrossOriginPlan? CrossOrigin { get; init; }

    /// <summary>Who may ask, and how they prove it; null for anybody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CallerPlan? Callers { get; init; }
}

/// <summary>Which pages of other sites may ask (the Fetch standard's CORS protocol).</summary>
/// <param name="Origins">Scheme and host of each, parted by commas; <c>https://*.example.org</c> for any directly below, <c>*</c> for all.</param>
/// <param name="Methods">The methods that they may use, parted by commas.</param>
/// <param name="Fields">The fields that they may send beside the harmless ones, parted by commas; null for none.</param>
/// <param name="Exposed">The fields of answers that they may read beside the harmless ones, parted by commas; null for none.</param>
/// <param name="Credentials">Whether they may send cookies and the like.</param>
/// <param name="Remembered">How long a browser need not ask again; 0 to 1 day.</param>
public sealed record CrossOriginPlan(string Origins, string Methods, string? Fields, string? Exposed, bool Credentials, TimeSpan Remembered);

/// <summary>How those who ask prove who they are.</summary>
public enum CallerProof
{
    /// <summary>By a signed token (RFC 7519) of an issuer.</summary>
    Jwt,

    /// <summary>By a key, in <c>Authorization: Bearer</c> or <c>X-Api-Key</c>.</summary>
    Key,

    /// <summary>By a name with its key, which a browser asks for (RFC 7617).</summary>
    Basic,
}

/// <summary>Who may ask, and how they prove it.</summary>
/// <param name="By">How.</param>
/// <param name="Keys">The issuer's signing keys, an address or an absolute file; else the absolute file of callers.</param>
/// <param name="Issuer">Whose tokens count; null unless by tokens.</param>
/// <param name="Audience">For whom they must be; null unless by tokens.</param>
/// <param name="Roles">Of these, parted by commas, they must have one; null for no matter which.</param>
/// <param name="RolesClaim">The claim of a token that names its roles.</param>
/// <param name="Skew">How far clocks may differ; 0 to 5 minutes.</param>
public sealed record CallerPlan(CallerProof By, string Keys, string? Issuer, string? Audience, string? Roles, string RolesClaim, TimeSpan Skew);

/// <summary>Whose requests count together.</summary>
public enum LimitBy
{
    /// <summary>Those of one client address; of one /64 network for IPv6.</summary>
    Client,

    /// <summary>All of the route.</summary>
    Route,

    /// <summary>Those with the same value of a field; those without it, those of one client address.</summary>
    Field,

    /// <summary>Those of one who has proved who it is.</summary>
    Caller,
}

/// <summary>How many requests a route takes: a token bucket.</summary>
/// <param name="Requests">1 to 1,000,000 in the time, on and on.</param>
/// <param name="Per">The time; 1 second to 1 day.</param>
/// <param name="Burst">How many may come at once; 1 to 1,000,000.</param>
/// <param name="By">Whose requests count together.</param>
/// <param name="Field">The field whose values are told apart; null unless it is by field.</param>
public sealed record RateLimit(int Requests, TimeSpan Per, int Burst, LimitBy By, string? Field);

/// <summary>When a circuit breaker opens, and for how long.</summary>
/// <param name="After">Failures of transport in a row; 1 to 1000.</param>
/// <param name="Open">1 second to 1 hour.</param>
public sealed record BreakerPlan(int After, TimeSpan Open)
{
    /// <summary>The one that every instance has.</summary>
    public static BreakerPlan OfInstance { get; } = new(5, TimeSpan.FromSeconds(60));
}

/// <summary>What happens to a request that looks like an attack.</summary>
public enum ValidationMode
{
    /// <summary>It is counted and logged, and goes on.</summary>
    Detect,

    /// <summary>It is refused with 403.</summary>
    Block,
}

/// <summary>Attacks that a route does not look for.</summary>
public enum ValidationException
{
    /// <summary>SQL injection.</summary>
    Sql,

    /// <summary>Cross-site scripting.</summary>
    Script,

    /// <summary>Command injection.</summary>
    Command,

    /// <summary>Path traversal.</summary>
    Path,

    /// <summary>Header injection.</summary>
    Field,
}

/// <summary>How requests are judged.</summary>
/// <param name="Mode">What happens to those that look like attacks.</param>
/// <param name="Except">Names of <see cref="ValidationException"/> parted by commas; null for none.</param>
public sealed record RequestValidation(ValidationMode Mode, string? Except);

/// <summary>Who may show a page in a frame.</summary>
public enum FramePolicy
{
    /// <summary>Nobody.</summary>
    Deny,

    /// <summary>The same site.</summary>
    Same,

    /// <summary>Anybody.</summary>
    Any,
}

/// <summary>Security fields of answers, said where the application does not say them itself.</summary>
/// <param name="Policy">The Content-Security-Policy, with <c>{nonce}</c> where a new one belongs; null for one that allows the own site only.</param>
/// <param name="Hsts">How long browsers remember to come by TLS only; zero for never.</param>
/// <param name="Frames">Who may show pages in a frame.</param>
public sealed record SecurityHeaders(string? Policy, TimeSpan Hsts, FramePolicy Frames);
