namespace Slipway.Gateway.Callers;

/// <summary>What proofs are checked against: callers or signing keys that somebody else writes and changes.</summary>
internal interface IProofSource
{
    /// <summary>Whether anything was ever read.</summary>
    bool IsReady { get; }

    /// <summary>Looks whether there is something new. May block; never on an engine's thread.</summary>
    void Look();
}
