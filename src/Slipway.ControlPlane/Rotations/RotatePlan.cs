using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Problems;
using Slipway.ControlPlane.Rollouts;
using Slipway.Core.Api;
using Slipway.Core.Manifests;
using Slipway.Releases.Rotations;

namespace Slipway.ControlPlane.Rotations;

/// <summary>From a request to what the engine is to renew: the manifest and the setting as they are now.</summary>
internal static class RotatePlan
{
    /// <summary>Either a command, or why there is none.</summary>
    /// <param name="environment">Where.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="caller">Who asked.</param>
    public static (RotateCommand? Command, Refusal? Refusal) Read(EnvironmentName environment, RotateRequest request, ApiCaller caller)
    {
        if (request.Path is not ("cli" or "api" or "ci"))
            return (null, Refusals.Malformed("path is cli, api or ci."));
        var faults = new List<Diagnostic>();
        // Other settings may be missing or wrong: nothing is made of them.
        var (declared, refusal) = DeclaredApplication.Read(environment, request.ManifestPath, request.Variables ?? new Dictionary<string, string>(), faults);
        if (declared is null)
            return (null, refusal);
        if (faults.Any(fault => fault.Severity == Severity.Error))
            return (null, Refusals.Faults(faults));
        if (declared.Settings.All.FirstOrDefault(one => one.Setting.Name == request.Setting) is not { } setting)
            return (null, Refusals.NoSuchSetting(request.Setting, declared.Application.Settings.Where(one => one.Rotation is not null).Select(one => one.Name)));
        if (setting.Setting.Rotation is not { } rotation)
            return (null, Refusals.NoRotationDeclared(request.Setting));
        if (setting.Reference is not { } reference)
            return (null, Refusals.NotFromStore(request.Setting, environment));
        if (reference.Version is { } pinned)
            return (null, Refusals.Pinned(request.Setting, pinned));
        return (new()
        {
            Environment = environment,
            Plan = new()
            {
                Setting = request.Setting,
                Rotation = rotation,
                Store = reference.Store,
                Name = reference.Name,
                SecretStores = declared.Application.SecretStores,
                SourceFolder = declared.Folder,
            },
            Now = request.Now,
            Reason = request.Reason,
            Caller = caller.By(request.Path),
        }, null);
    }
}
