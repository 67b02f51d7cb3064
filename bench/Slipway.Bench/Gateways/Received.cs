namespace Slipway.Bench.Gateways;

/// <summary>What came on a client's connection.</summary>
internal enum Received
{
    /// <summary>A part of an answer.</summary>
    Part,

    /// <summary>The rest of one, which is 200.</summary>
    Answer,

    /// <summary>Another answer, or the connection's end.</summary>
    Failure,
}
