using Slipway.Releases.Evidence;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Evidence;

public sealed class EvidenceTests
{
    private const double Objective = 0.001;

    [Theory]
    [InlineData(3, 10, 0.5, 0.9453)]
    [InlineData(0, 10, 0.5, 1)]
    [InlineData(10, 10, 0.5, 0.000977)]
    [InlineData(5, 50, 0.05, 0.1036)]
    [InlineData(1, 1_000_000, 0.000001, 0.63212)]
    [InlineData(1_100, 1_000_000, 0.001, 0.000957467)]
    [InlineData(900, 1_000_000, 0.001, 0.99931)]
    public void The_chance_of_so_many_failures_is_the_binomial_tail(long failures, long n, double p, double chance)
        => Assert.Equal(chance, Binomial.Tail(failures, n, p), Math.Max(1e-5, chance * 0.001));

    // The values are those of R's binom.test.
    [Theory]
    [InlineData(0, 100, 0.025, 0.03622)]
    [InlineData(5, 100, 0.025, 0.11283)]
    [InlineData(10, 10_000, 0.025, 0.001838)]
    public void The_bound_of_a_ratio_is_that_of_Clopper_and_Pearson(long failures, long n, double risk, double bound)
        => Assert.Equal(bound, Binomial.UpperBound(failures, n, risk), bound * 0.001);

    [Fact]
    public void The_parts_of_the_errors_have_chances_that_sum_to_one_at_every_odds_ratio()
    {
        foreach (var (a, b, k) in ((long, long, long)[])[(5, 45, 3), (40, 40, 50), (1, 1000, 900), (3000, 27_000, 400)])
        {
            // Averaged over what happens at the tolerated odds, how much likelier it is at others must be one.
            foreach (var ratio in (double[])[0.2, 2, 30, 800])
            {
                var sum = 0.0;
                var weights = new List<(double Log, double Ratio)>();
                for (var x = Math.Max(0, k - b); x <= Math.Min(a, k); x++)
                    weights.Add((LogGamma.Choose(a, x) + LogGamma.Choose(b, k - x), SharedErrors.LogLikelihoodRatio(new(a, x, b, k - x), ratio, 1)));
                var most = weights.Max(one => one.Log);
                var all = weights.Sum(one => Math.Exp(one.Log - most));
                sum = weights.Sum(one => Math.Exp(one.Log - most + one.Ratio)) / all;
                Assert.Equal(1, sum, 1e-6);
            }
        }
    }

    [Fact]
    public void Evidence_beyond_all_measure_after_none_at_all_is_a_number()
    {
        var process = BettingProcess.Even(2);
        process.Take(TimeSpan.Zero, [-5000, -5000]);
        Assert.True(process.Wealth is > 0 and < 1);
        process.Take(TimeSpan.FromSeconds(1), [5000, 5000]);
        Assert.True(process.Proves(0.001));
        process.Take(TimeSpan.FromSeconds(2), [double.PositiveInfinity, double.NegativeInfinity]);
        Assert.True(double.IsFinite(process.Wealth));
    }

    [Fact]
    public void A_good_release_is_proved_bad_at_most_as_often_as_promised_whenever_one_looks()
    {
        const double Alarm = 0.01;
        var random = new Random(7);
        var crossed = 0;
        const int Runs = 1500;
        for (var run = 0; run < Runs; run++)
        {
            var evidence = new ErrorEvidence();
            var most = 0.0;
            for (var second = 0; second < 400; second++)
            {
                // Bursts that both releases share, and quiet times: up to 20,000 requests of the candidate.
                var p = random.Next(20) == 0 ? 0.2 : Objective;
                evidence.Take(TimeSpan.FromSeconds(second), Block(random, 50, p, 50, p), Objective, null);
                most = Math.Max(most, evidence.Wealth);
            }
            crossed += most >= 1 / Alarm ? 1 : 0;
        }
        Assert.True(Binomial.Tail(crossed, Runs, Alarm) > 1e-4, $"{crossed} of {Runs} crossed.");
    }

    [Fact]
    public void Evidence_against_the_objective_is_worth_no_more_than_was_staked_while_it_is_kept()
    {
        var random = new Random(11);
        var sum = 0.0;
        const int Runs = 20_000;
        for (var run = 0; run < Runs; run++)
        {
            var evidence = new ErrorEvidence();
            for (var second = 0; second < 60; second++)
                evidence.Take(TimeSpan.FromSeconds(second), Block(random, 5, Objective, 0, 0), Objective, 0.05);
            sum += Math.Min(evidence.AgainstObjective, 1e4);
        }
        Assert.InRange(sum / Runs, 0.3, 1.25);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(1800)]
    public void A_bad_release_is_proved_bad_soon_whenever_it_turns_bad(int badFrom)
    {
        var random = new Random(badFrom + 3);
        var worst = 0;
        for (var run = 0; run < 100; run++)
        {
            var evidence = new ErrorEvidence();
            var second = 0;
            for (; evidence.Wealth < 2000; second++)
                evidence.Take(TimeSpan.FromSeconds(second), Block(random, 50, second < badFrom ? Objective : 0.05, 50, Objective), Objective, null);
            Assert.True(second > badFrom);
            worst = Math.Max(worst, second - badFrom);
        }
        Assert.InRange(worst, 1, 40);
    }

    [Fact]
    public void Without_stable_its_record_is_the_excuse()
    {
        var evidence = new ErrorEvidence();
        evidence.Take(TimeSpan.FromSeconds(5), new(10_000, 200, 0, 0), Objective, 0.03);
        Assert.True(evidence.AgainstObjective > 1e6);
        Assert.True(evidence.AgainstStable < 1);
    }

    [Fact]
    public void It_takes_138_requests_without_an_error_to_pass_at_the_defaults_give_or_take_one()
    {
        var evidence = new PassEvidence(Objective, 0.05);
        Assert.InRange(evidence.RequestsTo(1000), 137, 139);
        evidence.Take(new(139, 0, 0, 0));
        Assert.True(evidence.Wealth >= 1000);
    }

    [Fact]
    public void A_release_at_the_limit_passes_at_most_as_often_as_promised()
    {
        const double Miss = 0.02;
        var random = new Random(5);
        var passed = 0;
        const int Runs = 4000;
        for (var run = 0; run < Runs; run++)
        {
            var evidence = new PassEvidence(Objective, 0.05);
            for (var second = 0; second < 200 && evidence.Wealth < 1 / Miss; second++)
                evidence.Take(Block(random, 10, 0.05, 0, 0));
            passed += evidence.Wealth >= 1 / Miss ? 1 : 0;
        }
        Assert.True(Binomial.Tail(passed, Runs, Miss) > 1e-4, $"{passed} of {Runs} passed.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(13)]
    [InlineData(25)]
    [InlineData(500)]
    public void Caution_takes_traffic_from_a_good_release_at_most_as_often_as_promised(int perSecond)
    {
        var plan = Scenes.Gates with { Caution = 0.21 };
        var random = new Random(perSecond);
        var suspected = 0;
        const int Runs = 3000;
        for (var run = 0; run < Runs; run++)
        {
            var seen = default(ErrorBlock);
            var suspect = false;
            for (var second = 1; second <= 120 && !suspect; second++)
            {
                seen += Block(random, perSecond, Objective, 0, 0);
                suspect = Caution.Suspects(plan, seen, perSecond, Objective);
            }
            suspected += suspect ? 1 : 0;
        }
        Assert.True(Binomial.Tail(suspected, Runs, 0.21) > 1e-4, $"{suspected} of {Runs} were suspected.");
    }

    // After n₁ requests without an error, (1 - p)^n₁ = 1 - 0.9 · 21 %, the chance of the second is that of two in the rest.
    [Theory]
    [InlineData(5, 1, 209, true)]
    [InlineData(5, 1, 211, false)]
    [InlineData(5, 2, 390, true)]
    [InlineData(5, 2, 400, false)]
    [InlineData(5, 11, 2900, true)]
    [InlineData(5, 11, 3100, false)]
    [InlineData(50, 13, 300, false)]
    [InlineData(50, 14, 9000, true)]
    public void Few_errors_are_suspicious_for_as_long_as_the_chance_that_is_left_allows(double perSecond, int errors, int requests, bool suspicious)
        => Assert.Equal(suspicious, Caution.Suspects(Scenes.Gates with { Caution = 0.21 }, new(requests, errors, 0, 0), perSecond, Objective));

    [Fact]
    public void Shares_taken_back_in_a_row_and_the_gate_keep_to_one_budget()
    {
        var plan = Scenes.Gates with { Caution = 0.21 };
        Assert.Equal(6, Caution.Proof(plan, 3));
        Assert.True((3 * Math.Pow(0.21, 6)) + (1 / Caution.FailsAt(plan)) <= plan.FalseAlarms);
        Assert.Equal(1000, Caution.FailsAt(plan with { Caution = 0 }));
    }

    private static ErrorBlock Block(Random random, int requests, double p, int stableRequests, double stableP)
        => new(requests, Failed(random, requests, p), stableRequests, Failed(random, stableRequests, stableP));

    private static int Failed(Random random, int requests, double p)
    {
        var failed = 0;
        for (var i = 0; i < requests; i++)
            failed += random.NextDouble() < p ? 1 : 0;
        return failed;
    }
}
