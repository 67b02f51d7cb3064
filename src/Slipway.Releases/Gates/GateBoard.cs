using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Measures;

namespace Slipway.Releases.Gates;

/// <summary>
/// All gates, read together. It keeps the evidence, and remembers since when a limit has been exceeded; a control plane that
/// restarts begins to count that anew, which can only delay a verdict.
/// </summary>
public sealed class GateBoard
{
    private static readonly ImmutableArray<IGate> Gates =
    [
        new CrashGate(), new DependencyGate(), new ConsecutiveErrorsGate(), new MemoryGate(), new ErrorRatioGate(), new LatencyGate(), new ResourceGate(),
        new GrowthGate(), new LeakGate(), new MetricGate(), new JobGate(),
    ];

    private readonly EvidenceBook _evidence = new();
    private ImmutableDictionary<string, DateTimeOffset> _exceededSince = ImmutableDictionary<string, DateTimeOffset>.Empty;

    private readonly MeasureBook _measures = new();

    /// <summary>Holds nothing against a service that was read of it up to a time.</summary>
    public void Forgive(ServiceName service, DateTimeOffset until) => _evidence.Forgive(service, until);

    /// <summary>Reads all gates.</summary>
    public ImmutableArray<GateReading> Read(GateInput input)
    {
        _evidence.Take(input);
        _measures.Add(input);
        input = input with { Evidence = _evidence, Measures = _measures };
        var readings = Gates.SelectMany(gate => gate.Read(input)).ToImmutableArray();
        var since = _exceededSince;
        _exceededSince = readings.Where(one => one.Exceeded)
            .ToImmutableDictionary(Key, one => since.GetValueOrDefault(Key(one), input.Now));
        return [.. readings.Select(one => one.Exceeded ? Lasting(one, input.Now - _exceededSince[Key(one)], input.Plan.Sustained) : one)];
    }

    private static GateReading Lasting(GateReading reading, TimeSpan lasted, TimeSpan sustained) => lasted >= sustained
        ? reading with { Verdict = Verdict.Fail, Text = $"{reading.Text}; exceeded for {lasted.TotalSeconds:0} s" }
        : reading with { Text = $"{reading.Text}; exceeded for {lasted.TotalSeconds:0} s of {sustained.TotalSeconds:0}" };

    private static string Key(GateReading reading) => $"{reading.Name}/{reading.Service}/{reading.Instance}";
}
