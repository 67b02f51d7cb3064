using Slipway.Core.Manifests;
using Slipway.Releases.Evidence;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Gates;

/// <summary>Whether stable shows the fault as well, so that the candidate is not to blame.</summary>
internal static class StableWitness
{
    private const double ChanceMax = 0.01;
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RowMax = TimeSpan.FromSeconds(30);

    /// <summary>Whether stable fails far more than it should over the last seconds.</summary>
    public static bool Ails(GateInput input, ServiceName service, double reference)
        => input.StableIsSick(service) || (input.Stable is { } stable && Ails(Lately(input, service, stable.Id), reference));

    /// <summary>
    /// Whether both do. Once a rollout holds for it, or has taken the candidate's traffic back, it takes a candidate that is
    /// well while stable is not to call it over.
    /// </summary>
    public static bool BothAil(GateInput input, ServiceName service, double reference)
    {
        if (!Ails(input, service, reference))
            return false;
        var mine = Lately(input, service, input.Candidate.Id);
        var theirs = Lately(input, service, input.Stable!.Id);
        var alike = mine.ErrorRatio >= theirs.ErrorRatio / 2;
        return input.Rollout.WithdrawnAt is not null
            || (input.Rollout.Waiting == WaitCause.SharedFault ? alike || mine.Requests == 0 : alike && Ails(mine, reference));
    }

    /// <summary>Whether stable has failed, over the time in which the candidate failed so many times in a row, more than chance would have it.</summary>
    public static bool SharesRow(GateInput input, ServiceName service, int row, TimeSpan least, double reference)
    {
        if (input.Stable is not { } stable || input.Traffic.Last is not { } last || TrafficLog.Find(last, service, input.Candidate.Id) is not { } mine)
            return false;
        var began = input.Now - least;
        for (var i = input.Traffic.Readings.Length - 1; i >= 0 && input.Traffic.Readings[i].At > input.Now - RowMax; i--)
        {
            began = input.Traffic.Readings[i].At < began ? input.Traffic.Readings[i].At : began;
            if ((TrafficLog.Find(input.Traffic.Readings[i], service, input.Candidate.Id)?.Errors ?? 0) <= mine.Errors - row)
                break;
        }
        return Ails(input.Traffic.Since(input.Traffic.At(began)!, service, stable.Id), reference);
    }

    private static bool Ails(TrafficWindow window, double reference)
        => window.Errors > 0 && Binomial.Tail(window.Errors, window.Requests, reference) < ChanceMax;

    private static TrafficWindow Lately(GateInput input, ServiceName service, ReleaseId release)
    {
        var from = input.Now - Back;
        if (input.Rollout.WithdrawnAt is null && input.Rollout.ShiftedAt > from)
            from = input.Rollout.ShiftedAt.Value;
        return input.Traffic.At(from) is { } reading ? input.Traffic.Since(reading, service, release) : new(0, 0, new Dictionary<int, long>());
    }
}
