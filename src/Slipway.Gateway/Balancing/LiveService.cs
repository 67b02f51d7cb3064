using System.Text;
using Slipway.Core.Manifests;

namespace Slipway.Gateway.Balancing;

/// <summary>What a service keeps from table to table.</summary>
internal sealed class ServiceTurns
{
    private long _turn = -1;

    /// <summary>The number of the next request.</summary>
    public ulong Next() => (ulong)Interlocked.Increment(ref _turn);

    /// <summary>How many requests may be sent again.</summary>
    public RetryBudget Retries { get; } = new();
}

/// <summary>A service in the live table: which release and which instance a request goes to.</summary>
internal sealed class LiveService
{
    private readonly LiveRelease[] _releases;
    private readonly LiveRelease[] _takers;
    private readonly WeightedSequence? _sequence;
    private readonly ServiceTurns _turns;

    /// <summary>Prepares the choice.</summary>
    public LiveService(ServiceName name, LiveRoute[] routes, LiveRelease[] releases, ServiceTurns turns)
    {
        _turns = turns;
        _releases = releases;
        Routes = routes;
        Name = name;
        CookieName = Encoding.ASCII.GetBytes($"slipway-{name}");
        _takers = Array.FindAll(releases, release => release.TakesNew);
        if (_takers.Length > 0)
            _sequence = new(Array.ConvertAll(_takers, release => release.Weight));
    }

    /// <summary>Its name.</summary>
    public ServiceName Name { get; }

    /// <summary>Its routes.</summary>
    public LiveRoute[] Routes { get; }

    /// <summary>The cookie that keeps a user on a release.</summary>
    public ReadOnlyMemory<byte> CookieName { get; }

    /// <summary>All its releases, those of weight 0 too.</summary>
    public ReadOnlySpan<LiveRelease> Releases => _releases;

    /// <summary>Requests that wait for an instance of it.</summary>
    public int Waiting => _releases.Sum(static release => release.Queue?.Count ?? 0);

    /// <summary>The release that a cookie keeps its user on, when it takes new requests.</summary>
    public LiveRelease? Named(ReadOnlySpan<byte> cookie)
    {
        foreach (var release in _takers)
        {
            if (release.IsNamedBy(cookie))
                return release;
        }
        return null;
    }

    /// <summary>The release whose turn it is; null when none takes new requests.</summary>
    public LiveRelease? TakeTurn()
    {
        if (_sequence is null)
            return null;
        return _takers.Length == 1 ? _takers[0] : _takers[_sequence.At(_turns.Next())];
    }

    /// <summary>How many requests may be sent again.</summary>
    public RetryBudget Retries => _turns.Retries;

    /// <summary>Another release than one that could not take a request; null when there is none.</summary>
    public LiveRelease? OtherThan(LiveRelease release)
    {
        foreach (var other in _takers)
        {
            if (!ReferenceEquals(other, release))
                return other;
        }
        return null;
    }
}
