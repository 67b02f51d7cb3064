using Slipway.Core.Manifests;
using Slipway.Releases.Gates;

namespace Slipway.Releases.Evidence;

/// <summary>What speaks for and against one service of a candidate.</summary>
public sealed class ServiceEvidence
{
    // What is sure of latencies changes slowly, and takes longer to work out than all else.
    private static readonly TimeSpan LatencyEvery = TimeSpan.FromSeconds(0.5);

    private readonly ErrorEvidence _errors = new();
    private readonly PassEvidence _pass;
    private (DateTimeOffset At, GateReading Reading)? _latency;

    internal ServiceEvidence(Service service, GatePlan plan)
    {
        Objective = service.ErrorObjective ?? GatePlan.ErrorObjective;
        _pass = new(Math.Min(Objective, plan.ErrorRatioMax / 2), plan.ErrorRatioMax);
    }

    /// <summary>The share of its requests that may fail.</summary>
    public double Objective { get; }

    /// <summary>What both releases did since the shares of the traffic last changed.</summary>
    public ErrorBlock Exposure { get; private set; }

    /// <summary>Evidence that the candidate fails more than its objective allows, and more than stable; the lesser of the two.</summary>
    public double Failing => _errors.Wealth;

    /// <summary>Evidence that it fails more than its objective allows.</summary>
    public double AgainstObjective => _errors.AgainstObjective;

    /// <summary>Evidence that it fails more than stable.</summary>
    public double AgainstStable => _errors.AgainstStable;

    /// <summary>Evidence that it fails less than the limit, since the present bake began.</summary>
    public double Passing => _pass.Wealth;

    internal LatencyEvidence Latency { get; } = new();

    /// <summary>What the latency gate says, worked out again when the last answer is old.</summary>
    internal GateReading LatencyReading(DateTimeOffset at, Func<GateReading> read)
    {
        if (_latency is not { } last || at < last.At || at - last.At >= LatencyEvery || last.Reading.Verdict == Verdict.Fail)
            _latency = last = (at, read());
        return last.Reading;
    }

    /// <summary>How many more requests without an error it takes to pass.</summary>
    public long RequestsToPass(double wealth) => _pass.RequestsTo(wealth);

    internal void Take(TimeSpan at, in ErrorBlock block, double? record)
    {
        Exposure += block;
        _errors.Take(at, block, Objective, record is { } known ? Math.Max(Objective, known) : null);
        _pass.Take(block);
    }

    internal void BeginExposure()
    {
        Exposure = default;
        _latency = null;
    }

    internal void BeginBake() => _pass.Reset();
}
