namespace Slipway.Cli.Invoking;

/// <summary>What the process's end says to whoever called it.</summary>
internal static class ExitCodes
{
    /// <summary>It is done.</summary>
    public const int Done = 0;

    /// <summary>The answer is no: a check failed, a rollout was undone, a request does not apply.</summary>
    public const int No = 1;

    /// <summary>The command line or the manifest is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Something outside failed: no control plane, a lost connection, a full disk.</summary>
    public const int Outside = 3;
}
