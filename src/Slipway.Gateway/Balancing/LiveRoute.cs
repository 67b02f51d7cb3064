using Slipway.Core.Manifests;
using Slipway.Gateway.Guarding;

namespace Slipway.Gateway.Balancing;

/// <summary>A route in the live table.</summary>
/// <param name="Route">As the table has it.</param>
/// <param name="Guard">What stands before it; null for nothing.</param>
internal sealed record LiveRoute(Route Route, RouteGuard? Guard);
