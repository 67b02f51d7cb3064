using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Following;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases;
using Slipway.Releases.Ports;

namespace Slipway.ControlPlane.Logs;

/// <summary>What instances wrote.</summary>
internal static class LogEndpoints
{
    private const int TailDefault = 100;
    private const int TailMax = 10_000;

    /// <summary>
    /// What the instances of an environment wrote, as server-sent events. Those that have ended are left out unless their
    /// release or they themselves are named, or nothing runs.
    /// </summary>
    /// <param name="environment">Which one.</param>
    /// <param name="service">Of this service only.</param>
    /// <param name="instance">Of this instance only.</param>
    /// <param name="release">Of this release only.</param>
    /// <param name="tail">How many of each instance's last lines, 0 to 10000; 100 when not given.</param>
    /// <param name="follow">Whether to go on with new ones.</param>
    public static Results<EventStream<LogLineView>, Refusal> Show(
        EnvironmentName environment,
        ServiceName? service,
        InstanceId? instance,
        ReleaseId? release,
        int? tail,
        bool? follow,
        ReleaseEngine engine,
        ITarget target,
        Redactor redactor)
    {
        if (engine.Snapshot(environment) is null)
            return EnvironmentEndpoints.Missing(environment, engine);
        if (tail is < 0 or > TailMax)
            return Refusals.Malformed($"tail is 0 to {TailMax}.");
        var query = new LogQuery(environment, service, release, instance, tail ?? TailDefault, follow ?? false);
        return new EventStream<LogLineView>(cancellation => Read(target, redactor, query, cancellation), ApiJson.Default.LogLineView);
    }

    private static async IAsyncEnumerable<StreamItem<LogLineView>> Read(
        ITarget target, Redactor redactor, LogQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Nothing left out where a release or an instance is named, or where nothing runs: then the past is what is meant.
        var named = query.Release is not null || query.Instance is not null;
        var living = named || (await target.Observe(query.Environment, cancellation)).IsEmpty ? null : new LivingInstances(target, query.Environment);
        await foreach (var line in target.Logs(query, cancellation))
        {
            if (living is not null && !await living.Includes(line.Instance, cancellation))
                continue;
            yield return new(null, new(line.Instance, line.Error, redactor.Redact(line.Text)));
        }
    }
}
