using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Measures;

/// <summary>What candidate and stable tell of one service while a rollout lasts.</summary>
public sealed class ServiceMeasures
{
    private static readonly TimeSpan IntervalTime = TimeSpan.FromSeconds(4.5);
    private readonly Service _service;
    private readonly ImmutableArray<MetricSelector> _counters;
    private readonly ImmutableArray<MetricSelector> _histograms;
    private readonly MetricTracks _tracks;
    private Counted _candidate;
    private Counted _stable;
    private DateTimeOffset? _since;
    private TrafficReading? _trafficBefore;

    internal ServiceMeasures(Service service, GatePlan gates)
    {
        _service = service;
        Metrics = [.. (service.Measures?.Metrics ?? []).Select(plan => new MetricTally(plan, gates, service.Routes.Length > 0))];
        Jobs = MetricNames.JobsOf(service) is { } jobs ? new(jobs, service.Measures?.Jobs is not null, gates.FalseAlarms) : null;
        _counters = [.. Metrics.SelectMany(metric => metric.Counters).Concat(Jobs?.Counters ?? [])];
        _histograms = [.. Jobs?.Histograms ?? []];
        _tracks = new(_counters, _histograms);
        (_candidate, _stable) = (Counted.Nothing(_counters.Length, _histograms.Length), Counted.Nothing(_counters.Length, _histograms.Length));
    }

    /// <summary>Its gates over metrics of its own.</summary>
    public ImmutableArray<MetricTally> Metrics { get; }

    /// <summary>Its jobs; null for a service that has none.</summary>
    public JobTally? Jobs { get; }

    /// <summary>What the instances of the candidate last told.</summary>
    public ImmutableArray<Instance> Candidates { get; private set; } = [];

    /// <summary>Whether stable's instances tell of a metric.</summary>
    public bool StableTells(MetricSelector selector) => Stables.Any(one => one.Metrics is { Trouble: null } told && MetricTracks.Total(told.Samples, selector) is not null);

    private ImmutableArray<Instance> Stables { get; set; } = [];

    /// <summary>Why a metric cannot be judged, as the end of a sentence; null when every instance of the candidate tells of it.</summary>
    public string? Missing(MetricSelector selector)
    {
        if (Candidates.IsEmpty)
            return "no instance of the candidate runs";
        foreach (var instance in Candidates)
        {
            if (instance.Metrics is not { } told)
                return $"{instance.Id} has not been asked for its /metrics yet";
            if (told.Trouble is { } trouble)
                return $"the metrics of {instance.Id} are not known: {trouble}";
            if (!told.Samples.Any(sample => sample.Name == selector.Name))
                return $"{selector.Name} is not among the /metrics of {instance.Id}; check its name, and that the program tells of it from its start, with 0";
            if (MetricTracks.Total(told.Samples, selector) is null)
                return $"{selector} of {instance.Id} is no number";
        }
        return null;
    }

    internal void Add(GateInput input, IEnumerable<Instance> instances)
    {
        Candidates = [.. instances.Where(one => one.Release == input.Candidate.Id && one.Phase != InstancePhase.Starting)];
        Stables = input.Stable is null ? [] : [.. instances.Where(one => one.Release == input.Stable.Id)];
        _tracks.Keep(Candidates.Concat(Stables).Select(one => one.Id));
        foreach (var metric in Metrics)
            metric.AddLevels(Candidates, Stables);
        foreach (var instance in Candidates)
            _candidate = _tracks.Next(instance) is { } more ? _candidate.Plus(more) : _candidate;
        foreach (var instance in Stables)
            _stable = _tracks.Next(instance) is { } more ? _stable.Plus(more) : _stable;
        _since ??= input.Now;
        if (input.Now - _since >= IntervalTime)
            End(input);
    }

    private void End(GateInput input)
    {
        var last = input.Traffic.Answers ? input.Traffic.Last : null;
        var interval = new Interval(
            input.Now,
            _candidate with { Requests = Requests(last, input.Candidate.Id) },
            _stable with { Requests = input.Stable is null ? null : Requests(last, input.Stable.Id) });
        (_since, _trafficBefore) = (input.Now, last);
        (_candidate, _stable) = (Counted.Nothing(_counters.Length, _histograms.Length), Counted.Nothing(_counters.Length, _histograms.Length));
        var at = 0;
        foreach (var metric in Metrics)
        {
            metric.Add(interval, at);
            at += metric.Counters.Length;
        }
        Jobs?.Add(interval, at);
    }

    private double? Requests(TrafficReading? last, ReleaseId release)
    {
        if (last is null || _trafficBefore is not { } before || before.Epoch != last.Epoch)
            return null;
        var now = TrafficLog.Find(last, _service.Name, release)?.Requests ?? 0;
        return Math.Max(0, now - (TrafficLog.Find(before, _service.Name, release)?.Requests ?? 0));
    }
}
