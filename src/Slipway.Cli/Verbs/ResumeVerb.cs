using System.CommandLine;

namespace Slipway.Cli.Verbs;

/// <summary><c>slipway resume</c>: lets a paused rollout go on.</summary>
internal static class ResumeVerb
{
    /// <summary>The verb's command.</summary>
    public static Command Make() => Steering.Make("resume", "Let a paused rollout go on.", "slipway resume -e staging");
}
