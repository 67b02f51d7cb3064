using System.CommandLine;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway resume</c>: lets a paused rollout go on, or takes deploys again once a circuit has opened.</summary>
internal static class ResumeVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make() => Steering.Make(
        "resume",
        "Let a paused rollout go on; or, with a reason, take deploys again where a circuit is open.",
        "slipway resume staging --reason \"the database was full, it has room again\"");
}
