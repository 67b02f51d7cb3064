using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Slipway.Cli.Connection;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Following;

/// <summary>Follows something of the control plane to its end, across restarts of the control plane.</summary>
/// <typeparam name="T">What is followed, as it is at each change.</typeparam>
/// <param name="calls">The control plane.</param>
/// <param name="what">What is followed, such as <c>rollout staging-3</c>.</param>
/// <param name="again">The command that follows it again.</param>
/// <param name="lossMax">How long the control plane may be away before the outcome counts as unknown.</param>
internal sealed class ChangeFollower<T>(ControlPlaneCalls calls, string what, string again, TimeSpan lossMax)
    where T : class
{
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(200);

    /// <summary>Told once when the connection is lost, and once when it is back.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>It at every change, until it is over. Throws <see cref="CommandFailure"/> when the control plane stays away.</summary>
    /// <param name="path">Where it is followed.</param>
    /// <param name="type">How it is read.</param>
    /// <param name="isOver">Whether nothing follows any more.</param>
    /// <param name="cancel">Cancels.</param>
    public async IAsyncEnumerable<T> Follow(string path, JsonTypeInfo<T> type, Func<T, bool> isOver, [EnumeratorCancellation] CancellationToken cancel)
    {
        long? lostAt = null;
        while (true)
        {
            await using var stream = calls.Stream(path, type, cancel).GetAsyncEnumerator(cancel);
            while (await Next(stream) is { } view)
            {
                if (lostAt is not null)
                    Notice?.Invoke("The control plane is back.");
                lostAt = null;
                yield return view;
                if (isOver(view))
                    yield break;
            }
            if (lostAt is null)
                Notice?.Invoke($"The connection to the control plane is lost; the {what.Split(' ')[0]} goes on. Trying again.");
            lostAt ??= Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(lostAt.Value) > lossMax)
                throw Unknown();
            await Task.Delay(s_retry, cancel);
        }
    }

    private static async Task<T?> Next(IAsyncEnumerator<T> stream)
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

    private CommandFailure Unknown() => new(
        ExitCodes.Outside,
        $"The control plane has been away for {lossMax.TotalSeconds:0} s; how {what} ends is unknown.",
        $"Ask once it runs again: {again} --home {calls.Home.Path}");
}
