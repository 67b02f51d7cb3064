namespace Courier.Operations;

/// <summary>What a drill makes this process do wrong, so that a release can be seen failing.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>Nothing.</summary>
    public sealed record None : Fault;

    /// <summary>
    /// This share of the calls, 0 to 1, fails once so many have been spared; health and readiness stay good. The spared
    /// ones let smoke checks pass, so that only traffic finds it.
    /// </summary>
    public sealed record Errors(double Ratio, int Spared) : Fault;

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
        "none, errors, errors:RATIO, errors:RATIO:SPARED_CALLS, latency:MS, crash, crash:SECONDS, leak, leak:MIB_PER_SECOND, lost-database, lost-database:SECONDS";

    /// <summary>Reads one of <see cref="Forms"/>; null when it is none of them.</summary>
    public static Fault? Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length > 3 || Number(parts, 1) is { } wrong && !(wrong >= 0) || Number(parts, 2) is { } alsoWrong && !(alsoWrong >= 0)
            || (parts.Length == 3 && parts[0] != "errors"))
            return null;
        var (name, number, spared) = (parts[0], Number(parts, 1), Number(parts, 2));

        return (name, number) switch
        {
            ("none", null) => new None(),
            ("errors", null or <= 1) => new Errors(number ?? 1, (int)(spared ?? 0)),
            ("latency", { } delay) => new Latency(TimeSpan.FromMilliseconds(delay)),
            ("crash", _) => new Crash(TimeSpan.FromSeconds(number ?? 5)),
            ("leak", null or >= 1) => new Leak((int)(number ?? 20)),
            ("lost-database", _) => new LostDatabase(TimeSpan.FromSeconds(number ?? 5)),
            _ => null,
        };
    }
    // NaN for what is written there and is no number in range.
    private static double? Number(string[] parts, int index)
        => parts.Length <= index ? null
            : double.TryParse(parts[index], System.Globalization.CultureInfo.InvariantCulture, out var given) && given is >= 0 and <= 100_000 ? given
            : double.NaN;
}
