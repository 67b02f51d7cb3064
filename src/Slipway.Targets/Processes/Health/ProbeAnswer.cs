namespace Slipway.Targets.Processes.Health;

/// <summary>What a probe found.</summary>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Explanation">What was seen, for people.</param>
/// <param name="Refused">Whether nothing listens yet: asking again soon is cheap.</param>
internal readonly record struct ProbeAnswer(bool Passed, string Explanation, bool Refused = false);
