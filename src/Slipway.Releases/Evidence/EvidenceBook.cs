using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Gates;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Evidence;

/// <summary>
/// The evidence of one rollout, service by service. It takes each reading of the gateway once; a control plane that begins
/// in the middle of a rollout begins with what was journaled when the shares changed, as if it had been there.
/// </summary>
public sealed class EvidenceBook
{
    // The chance that stable's true ratio is above the bound that is made from its record.
    private const double RecordRisk = 0.001;

    private readonly Dictionary<ServiceName, ServiceEvidence> _services = [];
    private readonly Dictionary<ServiceName, (ServiceRecord? Record, double Bound)> _bounds = [];
    private readonly Dictionary<ServiceName, DateTimeOffset> _forgiven = [];
    private TrafficCounts? _last;
    private int _shifts;
    private DateTimeOffset? _bake;

    /// <summary>What speaks for and against a service; null when nothing was read of it.</summary>
    public ServiceEvidence? Of(ServiceName service) => _services.GetValueOrDefault(service);

    /// <summary>
    /// Forgets what speaks for and against a service, and what is read of it up to a time: the release before failed as well, and had
    /// no traffic that would tell so by its counts.
    /// </summary>
    public void Forgive(ServiceName service, DateTimeOffset until)
    {
        _services.Remove(service);
        _forgiven[service] = until;
    }

    /// <summary>Takes what was read since it was last asked to.</summary>
    public void Take(GateInput input)
    {
        if (input.Rollout.TrafficSince is not { } since || input.Traffic.Last is not { } reading)
            return;
        var rollout = input.Rollout;
        // What was forgiven is not in the journal, so a control plane that begins after that begins with what it reads itself.
        if (_last is null && rollout is { Share: >= 100, SharedAt: { } shared, Counts: [.., var told] } && shared > told.At)
            (_shifts, _last) = (rollout.Counts.Length, TrafficCounts.Of(reading, input.Candidate, input.Stable));
        for (; _shifts < rollout.Counts.Length; _shifts++)
        {
            Advance(input, since, rollout.Counts[_shifts], null);
            foreach (var service in _services.Values)
            {
                service.BeginExposure();
                service.BeginBake();
            }
        }
        _last ??= TrafficCounts.Of(input.Traffic.At(rollout.ShiftedAt ?? since)!, input.Candidate, input.Stable);
        if (_last.At != reading.At || _last.Epoch != reading.Epoch)
            Advance(input, since, TrafficCounts.Of(reading, input.Candidate, input.Stable), rollout.Share);
        TakeLatencies(input, reading, rollout.ShiftedAt ?? since);
        if (rollout.Phase != RolloutPhase.Baking || _bake == rollout.PhaseSince)
            return;
        // A bake that begins with a change of the shares began to count there; one that follows a wait begins now.
        if (rollout.PhaseSince != rollout.ShiftedAt)
        {
            foreach (var service in _services.Values)
                service.BeginBake();
        }
        _bake = rollout.PhaseSince;
    }

    private void TakeLatencies(GateInput input, TrafficReading reading, DateTimeOffset share)
    {
        foreach (var (name, service) in _services)
        {
            service.Latency.Take(reading, share, input.Plan.WarmUp, at => (
                TrafficLog.Find(at, name, input.Candidate.Id), input.Stable is null ? null : TrafficLog.Find(at, name, input.Stable.Id)), input.Traffic);
        }
    }

    // Whether stable is there to compare with is a matter of its share; of a stretch that only the journal tells of, of its traffic.
    private void Advance(GateInput input, DateTimeOffset since, TrafficCounts to, int? share)
    {
        var from = _last;
        _last = to;
        for (var i = 0; from is not null && i < to.Services.Length; i++)
        {
            var name = to.Services[i].Service;
            if (_forgiven.TryGetValue(name, out var until) && to.At <= until)
                continue;
            var block = TrafficCounts.Between(from, to, i);
            if (!_services.TryGetValue(name, out var service))
            {
                if (input.Candidate.Find(name) is not { } released)
                    continue;
                _services[name] = service = new(released.Service, input.Plan);
            }
            if (block != default)
                service.Take(to.At - since, block, Compares(input, service.Exposure + block, block, share) ? null : RecordBound(input, name));
        }
    }

    // A share that nobody uses compares with nothing: with enough requests of the candidate and none of stable, its record must do.
    // How many requests there are says nothing of how they end, so that the choice may depend on it.
    private static bool Compares(GateInput input, in ErrorBlock exposure, in ErrorBlock block, int? share)
        => (share is { } percent ? percent < 100 : block.StableRequests * 100 >= block.Requests)
            && (exposure.StableRequests > 0 || exposure.Requests < input.Plan.RequestsMin);

    // What stable may have failed before, at most. Little is known from few requests, and not even then is a release good
    // that fails more than the limit, unless stable is known to.
    private double RecordBound(GateInput input, ServiceName service)
    {
        var record = input.Rollout.RecordOf(service);
        if (_bounds.TryGetValue(service, out var known) && ReferenceEquals(known.Record, record))
            return known.Bound;
        var bound = record is null ? 0 : ErrorEvidence.Tolerated * Math.Min(
            Math.Max(Binomial.UpperBound(record.Errors, record.Requests, RecordRisk), record.WorstErrorRatio),
            Math.Max(input.Plan.ErrorRatioMax, (double)record.Errors / Math.Max(1, record.Requests)));
        _bounds[service] = (record, Math.Min(0.9, bound));
        return _bounds[service].Bound;
    }
}
