using Slipway.Releases.Ports;

namespace Slipway.Releases.Gates;

/// <summary>
/// D4: an instance of the candidate that was ready is not any more, such as for a lost database; unless stable lost it too.
/// </summary>
public sealed class DependencyGate : IGate
{
    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        foreach (var instance in input.CandidateInstances)
        {
            var lost = instance.Phase == InstancePhase.Running && !instance.Ready && instance.ReadyAt is not null;
            var shared = lost && input.StableIsSick(instance.Service);
            if (instance.ReadyAt is null)
                continue;
            yield return new("readiness", instance.Service, !lost ? Verdict.Pass : shared ? Verdict.Inconclusive : Verdict.Fail,
                !lost ? $"{instance.Id} is ready"
                : $"{instance.Id} was ready and is not any more: {instance.Trouble ?? "its readiness probe fails"}"
                    + (shared ? "; stable's neither, so the release is not to blame" : ""))
            {
                Instance = instance.Id,
                Shared = shared,
                Remedy = "Check what the instance depends on; its log lines tell which connection it lost.",
            };
        }
    }
}
