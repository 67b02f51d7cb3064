namespace Slipway.Core.Api;

/// <summary>
/// The paths of the control plane's HTTP API. Our own programs send <see cref="VersionHeader"/>; a control plane answers 426
/// to a caller whose major or minor version differs from its own, but for <see cref="ControlPlane"/> and
/// <see cref="Shutdown"/>, by which a newer one takes its place. A refusal is a <see cref="Problem"/>.
/// </summary>
public static class ApiRoutes
{
    /// <summary>The header with the sender's version, on requests and answers.</summary>
    public const string VersionHeader = "Slipway-Version";

    /// <summary>The header with who asks; over the Unix socket the peer's user is recorded beside it.</summary>
    public const string ActorHeader = "Slipway-Actor";

    /// <summary>GET: <see cref="ControlPlaneView"/>.</summary>
    public const string ControlPlane = "/v1/control-plane";

    /// <summary>POST: ends the control plane; gateways and instances go on.</summary>
    public const string Shutdown = "/v1/control-plane/shutdown";

    /// <summary>GET: list of <see cref="EnvironmentView"/>.</summary>
    public const string Environments = "/v1/environments";

    /// <summary>GET: <see cref="EnvironmentView"/>.</summary>
    public const string Environment = "/v1/environments/{environment}";

    /// <summary>POST <see cref="DeployRequest"/>: 202 or 200 <see cref="DeployAnswer"/>; 409 when another rollout is under way; 422 with faults.</summary>
    public const string Deploy = "/v1/environments/{environment}/deploy";

    /// <summary>POST <see cref="RollbackRequest"/>: 202 <see cref="DeployAnswer"/>.</summary>
    public const string Rollback = "/v1/environments/{environment}/rollback";

    /// <summary>POST <see cref="SteerRequest"/>, <c>verb</c> one of promote, approve, pause, resume, abort: 200 <see cref="RolloutView"/>; 409 when it does not apply.</summary>
    public const string Steer = "/v1/environments/{environment}/rollout/{verb}";

    /// <summary>POST <see cref="DownRequest"/>: 200 <see cref="EnvironmentView"/> once everything has ended.</summary>
    public const string Down = "/v1/environments/{environment}/down";

    /// <summary>GET: list of <see cref="RolloutView"/>, newest first; query <c>limit</c>.</summary>
    public const string History = "/v1/environments/{environment}/rollouts";

    /// <summary>POST <see cref="RotateRequest"/>: 202 <see cref="RotateAnswer"/>; 422 with faults. GET: list of <see cref="RotationView"/>, newest first; query <c>limit</c>.</summary>
    public const string Rotations = "/v1/environments/{environment}/rotations";

    /// <summary>GET: <see cref="RotationView"/>.</summary>
    public const string Rotation = "/v1/environments/{environment}/rotations/{rotation}";

    /// <summary>GET server-sent events, each a <see cref="RotationView"/>, at every change; ends after the outcome.</summary>
    public const string RotationFollow = "/v1/environments/{environment}/rotations/{rotation}/follow";

    /// <summary>POST <see cref="SteerRequest"/>: 200 <see cref="RotationView"/>; 409 once the new one is used.</summary>
    public const string RotationAbort = "/v1/environments/{environment}/rotations/{rotation}/abort";

    /// <summary>GET server-sent events, each a <see cref="LogLineView"/>; query <c>service</c>, <c>instance</c>, <c>release</c>, <c>tail</c>, <c>follow</c>.</summary>
    public const string Logs = "/v1/environments/{environment}/logs";

    /// <summary>GET: <see cref="RolloutView"/>.</summary>
    public const string Rollout = "/v1/rollouts/{rollout}";

    /// <summary>GET server-sent events, each a <see cref="RolloutView"/>, at every change; ends after the outcome.</summary>
    public const string RolloutFollow = "/v1/rollouts/{rollout}/follow";

    /// <summary>GET: <see cref="ReleaseView"/>.</summary>
    public const string Release = "/v1/releases/{release}";

    /// <summary>GET server-sent events, each an <see cref="EventView"/>; query <c>after</c>, <c>environment</c>, <c>follow</c>.</summary>
    public const string Events = "/v1/events";

    /// <summary>GET: <see cref="AuditView"/>, after reading the whole journal.</summary>
    public const string AuditVerify = "/v1/audit/verify";

    /// <summary>GET: the OpenAPI document.</summary>
    public const string OpenApi = "/openapi/v1.json";
}
