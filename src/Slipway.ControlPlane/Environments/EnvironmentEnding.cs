using Slipway.ControlPlane.Hosting;
using Slipway.Core.Api;
using Slipway.Releases;

namespace Slipway.ControlPlane.Environments;

/// <summary>Sees an environment to its end, and deletes what it left when that was asked for.</summary>
/// <param name="engine">Ends it.</param>
/// <param name="home">Where it left something.</param>
internal sealed class EnvironmentEnding(ReleaseEngine engine, Home home)
{
    /// <summary>Returns once nothing of the environment runs any more.</summary>
    /// <param name="environment">Which one; must exist.</param>
    /// <param name="reset">Whether its instances' working folders, logs and data are deleted.</param>
    public async Task<EnvironmentView> Finish(EnvironmentName environment, bool reset)
    {
        while (true)
        {
            var revision = engine.Revision;
            var view = engine.Snapshot(environment) ?? throw new InvalidOperationException($"{environment} has vanished.");
            if (view.State == "idle")
            {
                // An environment's folder holds nothing but what its instances and its gateway wrote.
                foreach (var folder in reset ? [home.Instances(environment), home.Data(environment)] : Array.Empty<string>())
                {
                    if (Directory.Exists(folder))
                        Directory.Delete(folder, recursive: true);
                }
                return view;
            }
            await engine.WaitForChange(revision, CancellationToken.None);
        }
    }
}
