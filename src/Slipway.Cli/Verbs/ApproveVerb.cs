using System.CommandLine;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway approve</c>: lets a rollout that waits for a person go on.</summary>
internal static class ApproveVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make() => Steering.Make("approve", "Approve the rollout that waits for a person.", "slipway approve production --reason 'CHG-1234'");
}
