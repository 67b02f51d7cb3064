using Microsoft.AspNetCore.Http.Timeouts;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Environments;
using Slipway.ControlPlane.Journals;
using Slipway.ControlPlane.Logs;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Rollouts;
using Slipway.ControlPlane.Rotations;
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
        MapRotations(app);
        MapJournal(app);
        MapHealth(app);
        app.MapOpenApi(ApiRoutes.OpenApi);
    }

    private static void MapControlPlane(WebApplication app)
    {
        app.MapGet(ApiRoutes.ControlPlane, ControlPlaneEndpoints.Show)
            .As("showControlPlane", "control plane").WithMetadata(new AnyVersion(), new NeedsEngine()).Refuses(503);
        app.MapPost(ApiRoutes.Shutdown, ControlPlaneEndpoints.Shutdown)
            .As("shutDown", "control plane").WithMetadata(new AnyVersion()).Refuses();
    }

    private static void MapEnvironments(WebApplication app)
    {
        app.MapGet(ApiRoutes.Environments, EnvironmentEndpoints.List)
            .As("listEnvironments", "environments").WithMetadata(new NeedsEngine()).Refuses(426, 503);
        app.MapGet(ApiRoutes.Environment, EnvironmentEndpoints.Show)
            .As("showEnvironment", "environments").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapPost(ApiRoutes.Deploy, DeployEndpoint.Deploy)
            .As("deploy", "environments")
            .WithMetadata(new NeedsEngine()).Refuses(409, 413, 415, 422, 426, 503, 507);
        app.MapPost(ApiRoutes.Rollback, SteerEndpoints.Rollback)
            .As("rollBack", "environments")
            .WithMetadata(new NeedsEngine()).Refuses(404, 409, 413, 415, 426, 503, 507);
        app.MapPost(ApiRoutes.Steer, SteerEndpoints.Steer)
            .As("steer", "environments")
            .WithMetadata(new NeedsEngine()).Refuses(404, 409, 413, 415, 426, 503, 507);
        app.MapPost(ApiRoutes.Down, EnvironmentEndpoints.Down)
            .As("endEnvironment", "environments")
            .WithMetadata(new NeedsEngine(), new DisableRequestTimeoutAttribute()).Refuses(404, 409, 413, 415, 426, 503, 507);
        app.MapGet(ApiRoutes.Logs, LogEndpoints.Show)
            .As("readLogs", "environments").WithMetadata(new NeedsEngine()).Refuses(404, 426, 429, 503);
    }

    private static void MapRollouts(WebApplication app)
    {
        app.MapGet(ApiRoutes.History, RolloutEndpoints.History)
            .As("listRollouts", "rollouts").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapGet(ApiRoutes.Rollout, RolloutEndpoints.Show)
            .As("showRollout", "rollouts").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapGet(ApiRoutes.RolloutFollow, RolloutEndpoints.Follow)
            .As("followRollout", "rollouts")
            .WithMetadata(new NeedsEngine()).Refuses(404, 426, 429, 503);
        app.MapGet(ApiRoutes.Release, RolloutEndpoints.Release)
            .As("showRelease", "rollouts").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
    }

    private static void MapRotations(WebApplication app)
    {
        app.MapPost(ApiRoutes.Rotations, RotationEndpoints.Rotate)
            .As("rotate", "rotations").WithMetadata(new NeedsEngine()).Refuses(409, 413, 415, 422, 426, 503, 507);
        app.MapGet(ApiRoutes.Rotations, RotationEndpoints.List)
            .As("listRotations", "rotations").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapGet(ApiRoutes.Rotation, RotationEndpoints.Show)
            .As("showRotation", "rotations").WithMetadata(new NeedsEngine()).Refuses(404, 426, 503);
        app.MapGet(ApiRoutes.RotationFollow, RotationEndpoints.Follow)
            .As("followRotation", "rotations").WithMetadata(new NeedsEngine()).Refuses(404, 426, 429, 503);
        app.MapPost(ApiRoutes.RotationAbort, RotationEndpoints.Abort)
            .As("abortRotation", "rotations").WithMetadata(new NeedsEngine()).Refuses(404, 409, 413, 415, 426, 503, 507);
    }

    private static void MapJournal(WebApplication app)
    {
        app.MapGet(ApiRoutes.Events, JournalEndpoints.Events)
            .As("readEvents", "journal").WithMetadata(new NeedsEngine()).Refuses(426, 429, 503);
        app.MapGet(ApiRoutes.AuditVerify, JournalEndpoints.Verify)
            .As("verifyJournal", "journal")
            .WithMetadata(new NeedsEngine(), new DisableRequestTimeoutAttribute()).Refuses(426, 503);
    }

    private static void MapHealth(WebApplication app)
    {
        app.MapGet("/health", HealthEndpoints.Health).As("health", "health").WithMetadata(new OpenToAll(), new AnyVersion());
        app.MapGet("/ready", HealthEndpoints.Ready)
            .As("ready", "health").WithMetadata(new AnyVersion()).Refuses(503);
        app.MapGet("/metrics", HealthEndpoints.Metrics)
            .As("metrics", "health").WithMetadata(new AnyVersion(), new NeedsEngine()).Refuses(503);
    }

    // The summary is that of the function.
    private static RouteHandlerBuilder As(this RouteHandlerBuilder endpoint, string name, string tag)
        => endpoint.WithName(name).WithTags(tag);

    // 400, 401, 403 and 500 can come from every path.
    private static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses.Concat([400, 401, 403, 500]).Order())
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Refusal.ContentType]));
        return endpoint;
    }
}
