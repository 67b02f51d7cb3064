using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
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
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a control plane may be away unless said otherwise.</summary>
    public static TimeSpan LossMaxDefault => TimeSpan.FromSeconds(60);

    /// <summary>Told once when the connection is lost, and once when it is back.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>The rollout at every change, until it has an outcome. Throws <see cref="CommandFailure"/> when the control plane stays away.</summary>
    public async IAsyncEnumerable<RolloutView> Follow(RolloutId rollout, [EnumeratorCancellation] CancellationToken cancel)
    {
        long? lostAt = null;
        while (true)
        {
            await using var stream = calls
                .Stream(Paths.Of(ApiRoutes.RolloutFollow, rollout), ApiJson.Default.RolloutView, cancel)
                .GetAsyncEnumerator(cancel);
            while (await Next(stream) is { } view)
            {
                if (lostAt is not null)
                    Notice?.Invoke("The control plane is back.");
                lostAt = null;
                yield return view;
                if (view.Outcome is not null)
                    yield break;
            }
            if (lostAt is null)
                Notice?.Invoke("The connection to the control plane is lost; the rollout goes on. Trying again.");
            lostAt ??= Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(lostAt.Value) > lossMax)
                throw Unknown(rollout);
            await Task.Delay(s_retry, cancel);
        }
    }

    private static async Task<RolloutView?> Next(IAsyncEnumerator<RolloutView> stream)
    {
        try
        {
            return await stream.MoveNextAsync() ? stream.Current : null;
        }
        catch (Exception error) when (error is IOException or SocketException or CommandFailure { Status: >= 500 and not 507 })
        {
            return null;
        }
    }

    private CommandFailure Unknown(RolloutId rollout) => new(
        ExitCodes.Outside,
        $"The control plane has been away for {lossMax.TotalSeconds:0} s; how rollout {rollout} ends is unknown.",
        $"Ask once it runs again: slipway show {rollout} -f --home {calls.Home.Path}");
}
