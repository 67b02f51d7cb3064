namespace Slipway.Gateway.Statistics;

/// <summary>Why a request was refused that broke no rule of HTTP.</summary>
internal enum RefusalReason
{
    /// <summary>Its address may not ask.</summary>
    Address,

    /// <summary>Too many came.</summary>
    RateLimit,

    /// <summary>It looks like an attack.</summary>
    Attack,

    /// <summary>Those before it failed, and the breaker is open.</summary>
    Breaker,

    /// <summary>A page of a site that may not ask sent it.</summary>
    Origin,

    /// <summary>Nobody knows who asks.</summary>
    Caller,

    /// <summary>Whoever asks has none of the roles.</summary>
    Role,

    /// <summary>All instances have as much as they may, and too many wait or it waited too long.</summary>
    Overload,

    /// <summary>Its client has as many connections as it may.</summary>
    Connections,
}
