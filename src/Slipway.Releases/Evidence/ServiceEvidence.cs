using Slipway.Core.Manifests;
using Slipway.Releases.Gates;

namespace Slipway.Releases.Evidence;

/// <summary>What speaks for and against one service of a candidate.</summary>
public sealed class ServiceEvidence
{
    private readonly ErrorEvidence _errors = new();
    private readonly PassEvidence _pass;

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

    /// <summary>How many more requests without an error it takes to pass.</summary>
    public long RequestsToPass(double wealth) => _pass.RequestsTo(wealth);

    internal void Take(TimeSpan at, in ErrorBlock block, double record)
    {
        Exposure += block;
        _errors.Take(at, block, Objective, Math.Max(Objective, record));
        _pass.Take(block);
    }

    internal void BeginExposure() => Exposure = default;

    internal void BeginBake() => _pass.Reset();
}
