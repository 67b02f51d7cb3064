using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;
using Slipway.Releases.Evidence;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Gates;

/// <summary>Whether stable shows the fault as well, so that the candidate is not to blame.</summary>
internal static class StableWitness
{
    private const double ChanceMax = 0.01;
    private const int TellingMin = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RowMax = TimeSpan.FromSeconds(30);

    /// <summary>Whether stable fails far more than it should over the last seconds.</summary>
    public static bool Ails(GateInput input, ServiceName service, double reference)
        => input.StableIsSick(service) || (input.Stable is { } stable && Ails(Lately(input, service, stable.Id), reference));

    /// <summary>Whether stable has failed more than it should since a time at which it got all of the traffic.</summary>
    public static bool HasAiled(GateInput input, ServiceName service, DateTimeOffset since, double reference)
        => input.Stable is { } stable && input.Traffic.At(since) is { } from && Ails(input.Traffic.Since(from, service, stable.Id), reference);

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

    /// <summary>
    /// What stable says of so many failures of the candidate in a row: true when it failed meanwhile more than chance would have
    /// it, false when it did not, null for a moment in which it has answered too few requests since the row was first seen to say either:
    /// a common fault shows first in whoever has less luck.
    /// </summary>
    /// <param name="input">What the gates see.</param>
    /// <param name="service">The service.</param>
    /// <param name="row">So many.</param>
    /// <param name="least">How far before the end of the row it looks back at least.</param>
    /// <param name="reference">The share of requests that a good release fails.</param>
    public static bool? SharesRow(GateInput input, ServiceName service, int row, TimeSpan least, double reference)
    {
        if (input.Stable is not { } stable || input.Traffic.Last is not { } last || TrafficLog.Find(last, service, input.Candidate.Id) is not { } mine)
            return false;
        // What both shared may be over for stable too by the time the row is looked at; and may have begun only with the reading that first shows it.
        var (began, shown, ended) = (last, last, last);
        for (var i = input.Traffic.Readings.Length - 1; i >= 0 && input.Traffic.Readings[i].At > input.Now - RowMax; i--)
        {
            began = input.Traffic.Readings[i];
            var errors = TrafficLog.Find(began, service, input.Candidate.Id)?.Errors ?? 0;
            if (errors <= mine.Errors - row)
                break;
            shown = began;
            if (errors >= mine.Errors)
                ended = began;
        }
        var since = Between(shown, last);
        if (Ails(since, reference) || Ails(Between(began, last), reference) || Ails(Between(began, ended), reference)
            || Ails(Between(input.Traffic.At(ended.At - least)!, ended), reference))
        {
            return true;
        }
        return input.Rollout.Share < 100 && since.Requests < TellingMin && input.Now - shown.At < Patience ? null : false;

        TrafficWindow Between(TrafficReading from, TrafficReading to)
            => TrafficWindow.Between(TrafficLog.Find(from, service, stable.Id), TrafficLog.Find(to, service, stable.Id));
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
