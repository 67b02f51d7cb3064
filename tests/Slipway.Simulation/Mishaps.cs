namespace Slipway.Simulation;

/// <summary>Effects that take place twice, or after the one who asked for them has died.</summary>
internal sealed class Mishaps
{
    private readonly List<(DateTimeOffset At, Action Effect)> _late = [];
    private int _effects;

    /// <summary>Whether the effect of that number, counted from 1, takes place twice.</summary>
    public Func<int, bool> IsTwice { get; init; } = _ => false;

    /// <summary>How long after the death of a life, counted from 0, the effect that it died before takes place; null for never.</summary>
    public Func<int, TimeSpan?> LateAfter { get; init; } = _ => null;

    /// <summary>Late effects that were refused since another control plane had taken over.</summary>
    public int Refused { get; private set; }

    /// <summary>How often to carry out the effect that is asked for now.</summary>
    public int Times() => IsTwice(++_effects) ? 2 : 1;

    /// <summary>The one who asked for an effect has died before it took place.</summary>
    public void Orphaned(int life, DateTimeOffset now, Action effect)
    {
        if (LateAfter(life) is { } after)
            _late.Add((now + after, effect));
    }

    /// <summary>Carries out what is due.</summary>
    public void Pass(DateTimeOffset now)
    {
        foreach (var late in _late.Where(one => one.At <= now).ToList())
        {
            _late.Remove(late);
            try
            {
                late.Effect();
            }
            catch (Releases.Ports.StaleFencingTokenException)
            {
                Refused++;
            }
            catch (Exception fault) when (fault is Releases.Ports.TargetException or Releases.Ports.TrafficException)
            {
                // Nobody is there any more to be told.
                continue;
            }
        }
    }
}
