using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Following;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Telemetry;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Standby;

/// <summary>What a standby answers: reads from the journal, and who leads to all the rest.</summary>
internal static class StandbyEndpoints
{
    private const int HistoryMax = 1000;

    /// <summary>Maps them.</summary>
    public static void Map(WebApplication app, StandbyView view)
    {
        app.MapGet("/health", HealthEndpoints.Health).WithMetadata(new OpenToAll(), new AnyVersion());
        app.MapGet(ApiRoutes.ControlPlane, () => view.Itself).WithMetadata(new AnyVersion());
        app.MapGet(ApiRoutes.Environments, () => Read(() => TypedResults.Ok(view.Fold().Environments(view.Note))));
        app.MapGet(ApiRoutes.Environment, (EnvironmentName environment) => Read(
            () => Found(view.Fold().Environments(view.Note).FirstOrDefault(one => one.Environment == environment), $"environment '{environment}'")));
        app.MapGet(ApiRoutes.History, (EnvironmentName environment, int? limit) => Read(
            () => Found(view.Fold().History(environment, Math.Clamp(limit ?? 20, 1, HistoryMax)), $"environment '{environment}'")));
        app.MapGet(ApiRoutes.Rollout, (RolloutId rollout) => Read(() => Found(view.Fold().Rollout(rollout), $"rollout {rollout}")));
        app.MapGet(ApiRoutes.Release, (ReleaseId release) => Read(() => Found(view.Fold().Release(release), $"release {release}")));
        app.MapGet(ApiRoutes.Events, (long? after, EnvironmentName? environment) => Read(() => Events(view.Journal, after ?? 0, environment)));
        app.MapGet(ApiRoutes.AuditVerify, () => Read(() => TypedResults.Ok(view.Journal.VerifyBeside())));
        app.MapFallback(() => Refusals.Standby(view.Leader));
    }

    private static EventStream<EventView> Events(Journal journal, long after, EnvironmentName? environment)
        => new(_ => Records(journal, after, environment), ApiJson.Default.EventView);

    private static async IAsyncEnumerable<StreamItem<EventView>> Records(Journal journal, long after, EnvironmentName? environment)
    {
        await Task.Yield();
        foreach (var record in journal.Read(after, int.MaxValue))
        {
            if (environment is null || record.Environment == environment)
                yield return new(record.Sequence, record);
        }
    }

    private static IResult Found<T>(T? value, string what)
        => value is null ? Refusals.NotFound($"There is no {what}.", "See slipway history for what there is.") : TypedResults.Ok(value);

    private static IResult Read(Func<IResult> read)
    {
        try
        {
            return read();
        }
        catch (JournalException fault)
        {
            return Refusals.Unavailable(fault.Message, "Ask again in a moment.");
        }
    }
}
