namespace Slipway.Targets.Processes.Health;

/// <summary>Is told what the probes of an instance find.</summary>
internal interface IHealthListener
{
    /// <summary>It has started up.</summary>
    void StartedUp();

    /// <summary>It may, or may no longer, take traffic.</summary>
    /// <param name="ready">Whether it may.</param>
    /// <param name="why">What was seen.</param>
    void ReadyChanged(bool ready, string why);

    /// <summary>It is not ready yet.</summary>
    /// <param name="why">What was seen last.</param>
    void StillWaiting(string why);
}
