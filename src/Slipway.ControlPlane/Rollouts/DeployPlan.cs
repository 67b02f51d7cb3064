using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>From a request to what the engine is to make live: the manifest and the settings, read and resolved.</summary>
internal static class DeployPlan
{
    /// <summary>Either a command, or why there is none.</summary>
    public static Task<(DeployCommand? Command, Refusal? Refusal)> Read(EnvironmentName environment, DeployRequest request, ApiCaller caller)
        => Task.FromResult<(DeployCommand?, Refusal?)>((null, Refusals.CannotDo("x", "y")));
}
