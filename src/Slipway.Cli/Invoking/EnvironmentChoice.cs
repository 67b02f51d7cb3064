using Slipway.Cli.Connection;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Invoking;

/// <summary>Which environment a verb means when none was named.</summary>
internal static class EnvironmentChoice
{
    /// <summary>The named one; else the only one there is; else <c>local</c>.</summary>
    public static async Task<EnvironmentName> OrOnly(ControlPlaneCalls calls, EnvironmentName? named, CancellationToken cancel)
    {
        if (named is { } given)
            return given;
        var known = await All(calls, cancel);
        return known.Count == 1 ? known[0].Environment : CommonOptions.ParseEnvironment("local")!.Value;
    }

    /// <summary>The named one; else the only one with a rollout under way.</summary>
    public static async Task<EnvironmentName> OrWithRollout(ControlPlaneCalls calls, EnvironmentName? named, CancellationToken cancel)
    {
        if (named is { } given)
            return given;
        var known = await All(calls, cancel);
        var busy = known.Where(view => view.Rollout is { Outcome: null }).Select(view => view.Environment).ToList();
        return busy switch
        {
            [var only] => only,
            [] => throw new CommandFailure(ExitCodes.No, "No rollout is under way.", "See what happened with: slipway history."),
            _ => throw new CommandFailure(ExitCodes.Usage, $"Rollouts are under way in {string.Join(", ", busy)}.", "Name one with -e."),
        };
    }

    /// <summary>Every environment that the control plane knows.</summary>
    public static Task<IReadOnlyList<EnvironmentView>> All(ControlPlaneCalls calls, CancellationToken cancel)
        => calls.Get(ApiRoutes.Environments, ApiJson.Default.IReadOnlyListEnvironmentView, cancel);
}
