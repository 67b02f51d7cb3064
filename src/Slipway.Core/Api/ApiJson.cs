using System.Text.Json.Serialization;

namespace Slipway.Core.Api;

/// <summary>How the API's types are written as JSON: camelCase names, enums as text, nothing by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlPlaneView))]
[JsonSerializable(typeof(IReadOnlyList<EnvironmentView>))]
[JsonSerializable(typeof(EnvironmentView))]
[JsonSerializable(typeof(ReleaseView))]
[JsonSerializable(typeof(IReadOnlyList<RolloutView>))]
[JsonSerializable(typeof(RolloutView))]
[JsonSerializable(typeof(DeployRequest))]
[JsonSerializable(typeof(DeployAnswer))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(SteerRequest))]
[JsonSerializable(typeof(DownRequest))]
[JsonSerializable(typeof(RotateRequest))]
[JsonSerializable(typeof(RotateAnswer))]
[JsonSerializable(typeof(IReadOnlyList<RotationView>))]
[JsonSerializable(typeof(RotationView))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(AuditView))]
[JsonSerializable(typeof(LogLineView))]
public sealed partial class ApiJson : JsonSerializerContext;
