using Slipway.Releases.Journals;
using Slipway.Releases.Leases;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Journals;

public sealed class LeaseTests
{
    private static readonly LeaseTerms s_terms = LeaseTerms.Default;

    [Fact]
    public async Task A_record_is_refused_once_another_holds_the_lease_and_the_other_goes_on_from_the_last_one()
    {
        using var home = new JournalHome();
        using var lease = Journal.Lease(home.Folder);
        Assert.True(lease.TryTake(lease.Read(), "first", "first"));
        await using var first = Journal.Over(Journal.Store(home.Folder, "first"), TimeProvider.System);
        Append(first);
        Assert.True(lease.TryTake(lease.Read(), "second", "second"));
        await using var second = Journal.Over(Journal.Store(home.Folder, "second"), TimeProvider.System);
        Assert.Throws<LeaseLostException>(() => Append(first));
        Append(second);
        Assert.Throws<LeaseLostException>(() => Append(first));
        Assert.Equal((2, null), (second.Verify().Records, second.Verify().Fault));
        Assert.Equal(3, second.NextFence().Value);
    }

    [Fact]
    public void A_lease_that_was_renewed_since_it_was_seen_is_not_taken()
    {
        using var home = new JournalHome();
        using var lease = Journal.Lease(home.Folder);
        Assert.True(lease.TryTake(lease.Read(), "first", "first"));
        var seen = lease.Read();
        Assert.True(lease.Renew("first"));
        Assert.False(lease.TryTake(seen, "second", "second"));
        lease.Release("second");
        Assert.Equal("first", lease.Read().Holder);
        lease.Release("first");
        Assert.True(lease.Read().IsFree);
        Assert.False(lease.Renew("first"));
    }

    [Fact]
    public void A_watched_lease_ends_after_its_length_without_a_renewal_and_not_before()
    {
        using var home = new JournalHome();
        using var lease = Journal.Lease(home.Folder);
        var clock = new HandClock();
        Assert.True(lease.TryTake(lease.Read(), "first", "first"));
        var watch = new LeaseWatch(lease, s_terms, clock);
        Assert.False(Watch(watch, clock, s_terms.Length * 0.9));
        Assert.True(lease.Renew("first"));
        Assert.False(Watch(watch, clock, s_terms.Length * 0.9));
        Assert.True(Watch(watch, clock, s_terms.Length * 0.3));
    }

    [Fact]
    public void A_watcher_that_was_paused_itself_does_not_count_the_time_in_which_it_did_not_look()
    {
        using var home = new JournalHome();
        using var lease = Journal.Lease(home.Folder);
        var clock = new HandClock();
        Assert.True(lease.TryTake(lease.Read(), "first", "first"));
        var watch = new LeaseWatch(lease, s_terms, clock);
        Assert.False(watch.Look().HasEnded);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.False(watch.Look().HasEnded);
    }

    private static bool Watch(LeaseWatch watch, HandClock clock, TimeSpan time)
    {
        var ended = false;
        for (var passed = TimeSpan.Zero; passed < time; passed += s_terms.LookEvery)
        {
            ended = watch.Look().HasEnded;
            clock.Advance(s_terms.LookEvery);
        }
        return ended;
    }

    private static void Append(Journal journal) => journal.Append(Scenes.Environment, null, "ada", new DownRequested(false));
}
