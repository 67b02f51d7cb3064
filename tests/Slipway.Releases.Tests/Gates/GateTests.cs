using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Core.Telemetry;
using Slipway.Releases.Gates;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Gates;

public sealed class GateTests
{
    private static readonly DateTimeOffset Began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Began.AddSeconds(8);
    private static readonly ServiceName Api = Scenes.Name<ServiceName>("api");
    private static readonly Release Candidate = Bundle("cccccccccccc");
    private static readonly Release Stable = Bundle("aaaaaaaaaaaa");

    [Theory]
    [InlineData(1000, 0, 9000, 0, Verdict.Pass, false)]
    [InlineData(1000, 3, 9000, 20, Verdict.Pass, false)]
    [InlineData(1000, 50, 9000, 9, Verdict.Fail, false)]
    [InlineData(1000, 90, 9000, 900, Verdict.Inconclusive, true)]
    [InlineData(20, 0, 9000, 0, Verdict.Inconclusive, false)]
    [InlineData(0, 0, 9000, 0, Verdict.Inconclusive, false)]
    [InlineData(50, 1, 450, 0, Verdict.Inconclusive, false)]
    [InlineData(50, 10, 450, 0, Verdict.Fail, false)]
    [InlineData(2_000_000, 200_000, 9_000_000, 9000, Verdict.Fail, false)]
    [InlineData(2_000_000, 2_200, 18_000_000, 18_000, Verdict.Pass, false)]
    [InlineData(200, 100, 0, 0, Verdict.Fail, false)]
    [InlineData(10, 5, 0, 0, Verdict.Inconclusive, false)]
    public void Errors_are_judged_against_the_objective_the_limit_and_stable(
        long requests, long errors, long stableRequests, long stableErrors, Verdict verdict, bool shared)
    {
        var reading = Read(Input(Log(Traffic(requests, errors), Traffic(stableRequests, stableErrors)))).Single(one => one.Name == "errors");
        Assert.Equal((verdict, shared), (reading.Verdict, reading.Shared));
    }

    [Theory]
    [InlineData(195, 1, 1500, 3, true)]
    [InlineData(195, 1, 3000, 15, false)]
    public void Errors_are_suspicious_unless_stable_surely_fails_as_many(long requests, long errors, long stableRequests, long stableErrors, bool suspicious)
    {
        var input = Input(Log(Traffic(requests, errors), Traffic(stableRequests, stableErrors)));
        var terms = input.Rollout.Terms with { Gates = Scenes.Gates with { Caution = 0.21 } };
        input = input with { Rollout = input.Rollout with { Terms = terms } };
        Assert.Equal(suspicious, Read(input).Single(one => one.Name == "errors").Suspect);
    }

    [Fact]
    public void An_outage_that_both_shared_is_not_suspicious_afterwards_however_well_stable_was_before()
    {
        var began = Now.AddSeconds(-40);
        var log = TrafficLog.Empty
            .Add(Reading(began, "one"))
            .Add(Both(Now.AddSeconds(-20), Traffic(240, 170), Traffic(2000, 1550)))
            .Add(Both(Now.AddSeconds(-10), Traffic(340, 170), Traffic(3000, 1550)))
            .Add(Both(Now, Traffic(440, 171), Traffic(4000, 1550)));
        var input = Input(log);
        var rollout = input.Rollout with
        {
            Terms = input.Rollout.Terms with { Gates = Scenes.Gates with { Caution = 0.21 } },
            TrafficSince = began,
            ShiftedAt = began,
            Counts = [new("one", began, [])],
            Record = [new(Api, 20_000, 12, null)],
        };
        Assert.False(Read(input with { Rollout = rollout }).Single(one => one.Name == "errors").Suspect);
    }

    [Theory]
    [InlineData(8, 1, true, null)]
    [InlineData(12, 0, false, null)]
    [InlineData(3, 0, false, true)]
    [InlineData(12, 0, false, true)]
    public void A_row_of_failures_is_held_against_what_stable_did_while_it_lasted(int stableRequests, int stableErrors, bool shared, bool? asking)
    {
        // Both were well, then came half a second of failures, and what is told apart here is what stable did in it.
        var after = asking is null ? TimeSpan.FromSeconds(2.5) : TimeSpan.FromSeconds(0.1);
        var ended = Now - after;
        var log = TrafficLog.Empty
            .Add(Reading(Began, "one"))
            .Add(Both(ended.AddSeconds(-0.5), Traffic(100, 0), Traffic(100, 0)))
            .Add(Both(ended, Traffic(108, 8) with { ErrorsInARow = 8, ErrorsInARowMax = 8 }, Traffic(100 + stableRequests, stableErrors)));
        if (asking is null)
            log = log.Add(Both(Now, Traffic(300, 8) with { ErrorsInARowMax = 8 }, Traffic(100 + stableRequests + 400, stableErrors)));
        var input = Input(log);
        input = input with { Rollout = input.Rollout with { Percent = 50 } };
        var reading = new ConsecutiveErrorsGate().Read(input).Single();
        Assert.Equal(shared || asking == true ? Verdict.Inconclusive : Verdict.Fail, reading.Verdict);
        Assert.Equal((shared, asking ?? false), (reading.Shared, reading.Asking));
    }

    [Theory]
    [InlineData(500, 5, 5, Verdict.Pass)]
    [InlineData(500, 19, 5, Verdict.Pass)]
    [InlineData(500, 80, 50, Verdict.Fail)]
    [InlineData(500, 55, 50, Verdict.Pass)]
    [InlineData(500, 120, 50, Verdict.Fail)]
    [InlineData(30, 55, 50, Verdict.Inconclusive)]
    [InlineData(30, 500, 50, Verdict.Fail)]
    [InlineData(19, 500, 50, Verdict.Inconclusive)]
    [InlineData(1_000_000, 53, 50, Verdict.Pass)]
    public void Latency_is_judged_above_its_floor_against_stable_by_size_and_confidence(long requests, int milliseconds, int stableMilliseconds, Verdict verdict)
    {
        var reading = Read(Input(Log(Traffic(requests, 0, milliseconds), Traffic(9 * requests, 0, stableMilliseconds)))).Single(one => one.Name == "latency");
        Assert.Equal(verdict, reading.Verdict);
    }

    [Theory]
    [InlineData(63, Verdict.Fail, "stable's record before 30.")]
    [InlineData(700, Verdict.Inconclusive, "no record of stable at 62.5 requests/s")]
    public void Under_guard_the_record_of_stable_at_the_same_load_is_what_is_compared_with(double recordPerSecond, Verdict verdict, string text)
    {
        var input = Input(Log(Traffic(500, 0, 120), Traffic(0, 0)));
        var requests = (long)(60 * recordPerSecond);
        var record = new ServiceRecord(Api, requests, 0, 30_000) { Seconds = 60, Latency = Traffic(requests, 0, 30).Latency };
        input = input with { Rollout = input.Rollout with { Percent = 100, Record = [record] } };
        var reading = Read(input).Single(one => one.Name == "latency");
        Assert.Equal(verdict, reading.Verdict);
        Assert.Contains(text, reading.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_that_stays_exceeded_fails_once_it_has_lasted()
    {
        var board = new GateBoard();
        var input = Input(TrafficLog.Empty) with { Instances = [Instance(Candidate.Id) with { Usage = new(940, 1000, 0, null, null) }] };
        var verdicts = new List<Verdict>();
        for (var seconds = 0; seconds <= 10; seconds += 5)
            verdicts.Add(board.Read(input with { Now = Now.AddSeconds(seconds) }).Single(one => one.Name == "memory-sustained").Verdict);
        Assert.Equal([Verdict.Inconclusive, Verdict.Inconclusive, Verdict.Fail], verdicts);
    }

    [Theory]
    [InlineData(2, 2, 0, Verdict.Pass, false)]
    [InlineData(3, 3, 0, Verdict.Fail, false)]
    [InlineData(0, 3, 0, Verdict.Fail, false)]
    [InlineData(3, 3, 3, Verdict.Inconclusive, true)]
    public void Errors_in_a_row_undo_unless_stable_has_them_too(int now, int longest, int stableNow, Verdict verdict, bool shared)
    {
        var candidate = Traffic(100, longest) with { ErrorsInARow = now, ErrorsInARowMax = longest };
        var log = TrafficLog.Empty
            .Add(Reading(Began, "one"))
            .Add(Both(Now.AddSeconds(-0.5), candidate, Traffic(800, 0)))
            .Add(Both(Now, candidate, Traffic(900, stableNow) with { ErrorsInARow = stableNow, ErrorsInARowMax = stableNow }));
        var reading = new ConsecutiveErrorsGate().Read(Input(log)).Single();
        Assert.Equal((verdict, shared), (reading.Verdict, reading.Shared));
    }

    [Fact]
    public void What_a_release_did_in_an_earlier_life_is_not_held_against_it()
    {
        var traffic = Traffic(100, 40) with { ErrorsInARowMax = 30 };
        var input = Input(Log(traffic, Traffic(900, 0)));
        input = input with { Rollout = input.Rollout with { Baseline = new("one", [new(Api, 60, 40, 30)]) } };
        Assert.Equal(Verdict.Pass, new ConsecutiveErrorsGate().Read(input).Single().Verdict);
    }

    [Fact]
    public void A_gateway_that_does_not_answer_is_neither_a_pass_nor_a_fail()
    {
        var input = Input(Log(Traffic(500, 500), Traffic(500, 0)).Add(null));
        Assert.All(Read(input).Where(one => one.Watched), one => Assert.Equal(Verdict.Inconclusive, one.Verdict));
    }

    [Fact]
    public void A_gateway_that_began_anew_begins_a_new_log()
    {
        var log = Log(Traffic(500, 500), Traffic(500, 0)).Add(Reading(Now, "two"));
        Assert.Single(log.Readings);
    }

    [Fact]
    public void The_log_grows_thin_as_it_grows_old()
    {
        var log = TrafficLog.Empty;
        for (var tick = 0; tick < 20_000; tick++)
            log = log.Add(Reading(Began.AddMilliseconds(100 * tick), "one"));
        Assert.InRange(log.Readings.Length, 150, 400);
        Assert.True(log.Readings.Zip(log.Readings.Skip(1)).All(pair => pair.First.At < pair.Second.At && pair.Second.At - pair.First.At <= TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData(0.94, Verdict.Pass)]
    [InlineData(0.96, Verdict.Fail)]
    public void Memory_near_its_limit_undoes(double share, Verdict verdict)
    {
        var input = Input(TrafficLog.Empty) with { Instances = [Instance(Candidate.Id) with { Usage = new((long)(share * 1000), 1000, 0, null, null) }] };
        Assert.Equal(verdict, new MemoryGate().Read(input).Single().Verdict);
    }

    [Theory]
    [InlineData(false, Verdict.Fail)]
    [InlineData(true, Verdict.Inconclusive)]
    public void A_lost_dependency_undoes_unless_stable_lost_it_too(bool shared, Verdict verdict)
    {
        var lost = Instance(Candidate.Id) with { Ready = false };
        var input = Input(TrafficLog.Empty) with { Instances = [lost, Instance(Stable.Id) with { Ready = !shared }] };
        Assert.Equal(verdict, new DependencyGate().Read(input).Single().Verdict);
    }

    private static IReadOnlyList<GateReading> Read(GateInput input) => new GateBoard().Read(input);

    private static GateInput Input(TrafficLog log)
    {
        var rollout = new RolloutState
        {
            Id = Scenes.Name<RolloutId>("staging-2"),
            Environment = Scenes.Environment,
            Terms = new()
            {
                SourceFolder = "/",
                Development = false,
                Gateway = new("127.0.0.1", 0),
                Plan = Scenes.Canary(10, 100),
                Gates = Scenes.Gates,
                Guard = TimeSpan.Zero,
            },
            Phase = RolloutPhase.Baking,
            PhaseSince = Began,
            TrafficSince = Began,
            ShiftedAt = Began,
            Counts = [new("one", Began, [])],
            Actor = "ada",
            Path = "cli",
            RequestedAt = Began,
        };
        return new(rollout, Candidate, Stable, [], log, Now);
    }

    private static TrafficLog Log(ReleaseTraffic candidate, ReleaseTraffic stable) => TrafficLog.Empty
        .Add(Reading(Began, "one"))
        .Add(Both(Now, candidate, stable));

    private static TrafficReading Both(DateTimeOffset at, ReleaseTraffic candidate, ReleaseTraffic stable)
        => Reading(at, "one", candidate with { Release = Candidate.Id }, stable with { Release = Stable.Id });

    private static TrafficReading Reading(DateTimeOffset at, string epoch, params ReleaseTraffic[] releases)
        => new() { Epoch = epoch, At = at, TableVersion = 1, Unrouted = 0, Releases = [.. releases] };

    private static ReleaseTraffic Traffic(long requests, long errors, int milliseconds = 5) => new()
    {
        Service = Api,
        Release = Candidate.Id,
        Requests = requests,
        Errors = errors,
        StatusClasses = [0, requests - errors, 0, 0, errors],
        TransportFailures = 0,
        ClientAborts = 0,
        ErrorsInARow = 0,
        ErrorsInARowMax = 0,
        InFlight = 0,
        Latency = requests == 0 ? ImmutableSortedDictionary<int, long>.Empty
            : ImmutableSortedDictionary<int, long>.Empty.Add(LatencyBuckets.IndexOf(milliseconds * 1000), requests),
    };

    private static Instance Instance(ReleaseId release) => new()
    {
        Id = Scenes.Name<InstanceId>($"api-r{release}-1"),
        Service = Api,
        Release = release,
        Phase = InstancePhase.Running,
        Ready = true,
        ReadyAt = Began,
        Restarts = 0,
    };

    private static Release Bundle(string id) => new()
    {
        Id = Scenes.Name<ReleaseId>(id),
        Application = Scenes.Name<ApplicationName>("shop"),
        Version = "1",
        Stamp = new("unknown", Began),
        Services = [new(Scenes.Service("api"), null, ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, SecretVersion>.Empty)],
    };
}
