using System.Text.Json.Serialization;
using Slipway.Core.Manifests;
using Slipway.Core.Telemetry;

namespace Slipway.Core.Routing;

/// <summary>How a gateway's table, reading and record are written as JSON: camelCase names, enums as text, nothing by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RouteTable))]
[JsonSerializable(typeof(RouteProtection))]
[JsonSerializable(typeof(RoutePriority))]
[JsonSerializable(typeof(LoadPlan))]
[JsonSerializable(typeof(TrafficReading))]
[JsonSerializable(typeof(GatewayRecord))]
[JsonSerializable(typeof(TableAnswer))]
[JsonSerializable(typeof(TableRefusal))]
public sealed partial class RoutingJson : JsonSerializerContext;
