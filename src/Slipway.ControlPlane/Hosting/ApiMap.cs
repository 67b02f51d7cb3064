using Microsoft.AspNetCore.Http.Timeouts;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Journals;
using Slipway.ControlPlane.Logs;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Rollouts;
using Slipway.ControlPlane.Telemetry;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Which function answers at which path.</summary>
internal static class ApiMap
{
    /// <summary>Maps every path of <see cref="ApiRoutes"/>, and those that operators' tools expect.</summary>
    public static void Map(WebApplication app)
    {
        MapControlPlane(app);
        MapEnvironments(app);
        MapRollouts(app);
        MapJournal(app);
        MapHealth(app);
        app.MapOpenApi(ApiRoutes.OpenApi);
    }

    private static void MapControlPlane(WebApplication app)
    {
        app.MapGet(ApiRoutes.ControlPlane, ControlPlaneEndpoints.Show)
            .As("showControlPlane", "What the control plane is").WithMetadata(new AnyVersion(), new NeedsEngine()).Refuses(503);
        app.MapPost(ApiRoutes.Shutdown, ControlPlaneEndpoints.Shutdown)
            .As("shutDown", "End the control plane; gateways and instances go on").WithMetadata(new AnyVersion()).Refuses();
    }

    private static void MapEnvironments(WebApplication app)
    {
        app.MapGet(ApiRoutes.Environments, EnvironmentEndpoints.List)
            .As("listEnvironments", "Every environment").WithMetadata(new NeedsEngine()).Refuses(426, 503);
        app.MapGet(ApiRoutes.Environment, EnvironmentEndpoints.Show)
            .As("showEnvironment", "One environment").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapPost(ApiRoutes.Deploy, DeployEndpoint.Deploy)
            .As("deploy", "Begin a rollout of what the manifest's folder holds now")
            .WithMetadata(new NeedsEngine()).Refuses(409, 413, 415, 422, 426, 503);
        app.MapPost(ApiRoutes.Rollback, SteerEndpoints.Rollback)
            .As("rollBack", "Make the release before, or a named one, live again")
            .WithMetadata(new NeedsEngine()).Refuses(404, 409, 413, 415, 422, 426, 503);
        app.MapPost(ApiRoutes.Steer, SteerEndpoints.Steer)
            .As("steer", "Promote, approve, pause, resume or abort the rollout under way")
            .WithMetadata(new NeedsEngine()).Refuses(404, 409, 413, 415, 426, 503);
        app.MapPost(ApiRoutes.Down, EnvironmentEndpoints.Down)
            .As("endEnvironment", "End everything of an environment; answers once nothing of it runs")
            .WithMetadata(new NeedsEngine(), new DisableRequestTimeoutAttribute()).Refuses(404, 409, 413, 415, 426, 503);
        app.MapGet(ApiRoutes.Logs, LogEndpoints.Show)
            .As("readLogs", "What instances wrote, as server-sent events").WithMetadata(new NeedsEngine()).Refuses(404, 426, 429, 503);
    }

    private static void MapRollouts(WebApplication app)
    {
        app.MapGet(ApiRoutes.History, RolloutEndpoints.History)
            .As("listRollouts", "The rollouts of an environment, newest first").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapGet(ApiRoutes.Rollout, RolloutEndpoints.Show)
            .As("showRollout", "One rollout").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapGet(ApiRoutes.RolloutFollow, RolloutEndpoints.Follow)
            .As("followRollout", "One rollout at every change, as server-sent events, until it has ended")
            .WithMetadata(new NeedsEngine()).Refuses(404, 426, 429, 503);
        app.MapGet(ApiRoutes.Release, RolloutEndpoints.Release)
            .As("showRelease", "One release").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
    }

    private static void MapJournal(WebApplication app)
    {
        app.MapGet(ApiRoutes.Events, JournalEndpoints.Events)
            .As("readEvents", "Records of the journal, as server-sent events").WithMetadata(new NeedsEngine()).Refuses(426, 429, 503);
        app.MapGet(ApiRoutes.AuditVerify, JournalEndpoints.Verify)
            .As("verifyJournal", "Check every record of the journal")
            .WithMetadata(new NeedsEngine(), new DisableRequestTimeoutAttribute()).Refuses(426, 503);
    }

    private static void MapHealth(WebApplication app)
    {
        app.MapGet("/health", HealthEndpoints.Health).As("health", "Whether the control plane lives").WithMetadata(new OpenToAll(), new AnyVersion());
        app.MapGet("/ready", HealthEndpoints.Ready)
            .As("ready", "Whether it has adopted everything that ran").WithMetadata(new AnyVersion()).Refuses(503);
        app.MapGet("/metrics", HealthEndpoints.Metrics)
            .As("metrics", "Counts in Prometheus' text format").WithMetadata(new AnyVersion(), new NeedsEngine()).Refuses(503);
    }

    private static RouteHandlerBuilder As(this RouteHandlerBuilder endpoint, string name, string summary)
        => endpoint.WithName(name).WithSummary(summary);

    // 400, 401, 403 and 500 can come from every path.
    private static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses.Concat([400, 401, 403, 500]).Order())
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Refusal.ContentType]));
        return endpoint;
    }
}
