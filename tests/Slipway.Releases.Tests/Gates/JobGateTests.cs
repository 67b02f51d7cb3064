using Slipway.Core.Manifests;
using Slipway.Releases.Gates;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Gates;

public sealed class JobGateTests
{
    private static readonly Service Worker = Scenes.Service("mail", ServiceKind.Worker) with { Port = 5001 };
    private static readonly Service Declared = Worker with { Measures = new() { Metrics = [], Jobs = JobMeasures.Usual } };

    [Theory]
    [InlineData(0, 0, Verdict.Pass, false)]
    [InlineData(4, 0, Verdict.Fail, false)]
    [InlineData(4, 40, Verdict.Inconclusive, true)]
    public void Failed_jobs_are_judged_against_the_objective_and_stable(int failedOfTen, int stableFailedOfHundred, Verdict verdict, bool shared)
    {
        var reading = Read(Declared, 60, look => Told(look * 10, look * failedOfTen), look => Told(look * 100, look * stableFailedOfHundred));
        Assert.Equal((verdict, shared, true), (reading!.Verdict, reading.Shared, reading.Watched));
    }

    [Fact]
    public void Jobs_that_were_given_up_fail_even_when_none_failed()
        => Assert.Equal(Verdict.Fail, Read(Declared, 60, look => Told(look * 10, 0, dead: look * 3), look => Told(look * 100, 0))!.Verdict);

    [Fact]
    public void Slower_work_fails()
    {
        var reading = Read(Declared, 60, look => Told(look * 10, 0, slow: look * 8), look => Told(look * 100, 0));
        Assert.Equal(Verdict.Fail, reading!.Verdict);
        Assert.Contains("longer than 0.25 s at work", reading.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_jobs_and_missing_metrics_are_inconclusive_once_jobs_are_declared()
    {
        Assert.Equal("9 jobs; at least 20 are needed", Read(Declared, 10, look => Told(look, 0), look => Told(look, 0))!.Text);
        var missing = Read(Declared, 10, _ => "up 1\n", _ => "up 1\n")!;
        Assert.Equal((Verdict.Inconclusive, true), (missing.Verdict, missing.Watched));
        Assert.Null(Read(Worker, 10, _ => "up 1\n", _ => "up 1\n"));
        Assert.Null(Read(Worker, 10, _ => Told(0, 0), _ => Told(0, 0)));
        Assert.NotNull(Read(Worker, 10, look => Told(look, 0), _ => Told(0, 0)));
        Assert.Equal(Verdict.Pass, Read(Declared with { Measures = new() { Metrics = [], Jobs = JobMeasures.Usual with { JobsMin = 0 } } }, 10, _ => Told(0, 0), _ => Told(0, 0))!.Verdict);
    }

    private static GateReading? Read(Service worker, int looks, Func<int, string?> candidate, Func<int, string?> stable)
        => new MeasuredScene(worker).Look(looks, candidate, stable).SingleOrDefault(one => one.Name == "jobs");

    private static string Told(int jobs, int failed, int dead = 0, int slow = 0) => $$"""
        jobs_processed_total {{jobs}}
        jobs_failed_total {{failed}}
        jobs_retried_total {{failed}}
        jobs_dead_lettered_total {{dead}}
        job_queue_seconds_bucket{le="0.1"} {{jobs}}
        job_queue_seconds_bucket{le="+Inf"} {{jobs}}
        job_work_seconds_bucket{le="0.1"} {{jobs - slow}}
        job_work_seconds_bucket{le="0.25"} {{jobs - slow}}
        job_work_seconds_bucket{le="1"} {{jobs}}
        job_work_seconds_bucket{le="+Inf"} {{jobs}}

        """;
}
