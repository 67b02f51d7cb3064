namespace Slipway.Releases.Leases;

/// <summary>How long a lease holds without a renewal.</summary>
/// <param name="Length">From 1 s to 60 s; 5 s unless set.</param>
public sealed record LeaseTerms(TimeSpan Length)
{
    /// <summary>The shortest length that can be kept on a busy machine.</summary>
    public static readonly TimeSpan LengthMin = TimeSpan.FromSeconds(1);

    /// <summary>The longest, beyond which nobody would call it a takeover.</summary>
    public static readonly TimeSpan LengthMax = TimeSpan.FromSeconds(60);

    /// <summary>Five seconds.</summary>
    public static LeaseTerms Default { get; } = new(TimeSpan.FromSeconds(5));

    /// <summary>How often the holder renews it: three times within its length, so that one lost renewal ends nothing.</summary>
    public TimeSpan RenewEvery => Length * 0.3;

    /// <summary>How often one that waits for it looks.</summary>
    public TimeSpan LookEvery => Length * 0.05;
}
