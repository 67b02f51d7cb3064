namespace Courier.Operations;

/// <summary>What a drill makes this process do wrong, so that a release can be seen failing.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>Nothing.</summary>
    public sealed record None : Fault;

    /// <summary>This share of the calls, 0 to 1, fails; health and readiness stay good.</summary>
    public sealed record Errors(double Ratio) : Fault;

    /// <summary>Every call takes this much longer.</summary>
    public sealed record Latency(TimeSpan Delay) : Fault;

    /// <summary>The process ends this long after its first call.</summary>
    public sealed record Crash(TimeSpan After) : Fault;

    /// <summary>So much memory is taken every second and never given back.</summary>
    public sealed record Leak(int MebibytesPerSecond) : Fault;

    /// <summary>The database is lost this long after the start.</summary>
    public sealed record LostDatabase(TimeSpan After) : Fault;

    /// <summary>How faults are written.</summary>
    public const string Forms =
        "none, errors, errors:RATIO, latency:MS, crash, crash:SECONDS, leak, leak:MIB_PER_SECOND, lost-database, lost-database:SECONDS";

    /// <summary>Reads one of <see cref="Forms"/>; null when it is none of them.</summary>
    public static Fault? Parse(string text)
    {
        var colon = text.IndexOf(':');
        var name = colon < 0 ? text : text[..colon];
        double? number = null;
        if (colon >= 0)
        {
            if (!double.TryParse(text.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture, out var given)
                || !(given >= 0) || given > 100_000)
                return null;
            number = given;
        }

        return (name, number) switch
        {
            ("none", null) => new None(),
            ("errors", null or <= 1) => new Errors(number ?? 1),
            ("latency", { } delay) => new Latency(TimeSpan.FromMilliseconds(delay)),
            ("crash", _) => new Crash(TimeSpan.FromSeconds(number ?? 5)),
            ("leak", null or >= 1) => new Leak((int)(number ?? 20)),
            ("lost-database", _) => new LostDatabase(TimeSpan.FromSeconds(number ?? 5)),
            _ => null,
        };
    }
}
