using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Following;

/// <summary>Follows a rollout to its end, across restarts of the control plane.</summary>
/// <param name="calls">The control plane.</param>
/// <param name="lossMax">How long it may be away before the outcome counts as unknown.</param>
internal sealed class RolloutFollower(ControlPlaneCalls calls, TimeSpan lossMax)
{
    /// <summary>How long a control plane may be away unless said otherwise.</summary>
    public static TimeSpan LossMaxDefault => TimeSpan.FromSeconds(60);

    /// <summary>Told once when the connection is lost, and once when it is back.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>The rollout at every change, until it has an outcome. Throws <see cref="CommandFailure"/> when the control plane stays away.</summary>
    public IAsyncEnumerable<RolloutView> Follow(RolloutId rollout, CancellationToken cancel)
        => new ChangeFollower<RolloutView>(calls, $"rollout {rollout}", $"slipway show {rollout} -f", lossMax) { Notice = Notice }
            .Follow(Paths.Of(ApiRoutes.RolloutFollow, rollout), ApiJson.Default.RolloutView, view => view.Outcome is not null, cancel);
}
