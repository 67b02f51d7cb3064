using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.ControlPlane.Logs;

/// <summary>
/// Tells the lines of instances that exist from those of instances that ended long ago, whose logs are kept: who asks for
/// an environment's logs means what runs there. Decided once for each instance, at its first line, so that the last lines
/// of one that ends while it is followed are not lost.
/// </summary>
/// <param name="target">Knows which exist.</param>
/// <param name="environment">Where.</param>
internal sealed class LivingInstances(ITarget target, EnvironmentName environment)
{
    private readonly Dictionary<InstanceId, bool> _lives = [];

    /// <summary>Whether an instance existed when its first line came.</summary>
    public async ValueTask<bool> Includes(InstanceId instance, CancellationToken cancellation)
    {
        if (_lives.TryGetValue(instance, out var lives))
            return lives;
        foreach (var present in await target.Observe(environment, cancellation))
            lives |= present.Id == instance;
        _lives[instance] = lives;
        return lives;
    }
}
