using Slipway.Releases.Ports;

namespace Slipway.Releases.Gates;

/// <summary>D4: an instance of the candidate ended by itself, or had to be started again.</summary>
public sealed class CrashGate : IGate
{
    /// <inheritdoc/>
    public IEnumerable<GateReading> Read(GateInput input)
    {
        foreach (var instance in input.CandidateInstances)
        {
            if (instance.Phase != InstancePhase.BackingOff && instance.Restarts == 0)
                continue;
            var how = instance.ExitCode is { } code ? $"ended with exit code {code}" : "had to be started again";
            yield return new("restarts", instance.Service, Verdict.Fail, $"{instance.Id} {how}{(instance.Trouble is { } trouble ? $": {trouble}" : "")}")
            {
                Instance = instance.Id,
                Remedy = "Its log lines tell why it ended; correct that and deploy again.",
            };
        }
    }
}
