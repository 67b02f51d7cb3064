using Slipway.Core.Settings;
using Slipway.Releases;
using Slipway.Secrets;
using Slipway.Targets;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Credentials;
using Slipway.Targets.Processes;
using Slipway.Targets.Traffic;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Everything outside that the engine acts on, for one home: processes, gateways, artefacts and secrets.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly ProcessTarget _target;
    private readonly GatewayTraffic _traffic;
    private readonly SecretStores _secrets;

    private World(ProcessTarget target, GatewayTraffic traffic, FileArtefacts artefacts, SecretStores secrets, Redactor redactor, string folder)
    {
        (_target, _traffic, _secrets) = (target, traffic, secrets);
        Ports = new(target, traffic, artefacts, secrets, () => new DriveInfo(folder).AvailableFreeSpace)
        {
            Redactor = redactor,
            NewKey = SigningKeys.New,
            Credentials = new RolesAndTokens(),
        };
    }

    /// <summary>As the engine sees it.</summary>
    public EnginePorts Ports { get; }

    /// <summary>Takes up what the home holds; what runs in it runs on.</summary>
    public static World Open(Home home, TimeProvider clock, ILoggerFactory logging, Redactor redactor)
    {
        var folder = new HomeFolder(home.Folder);
        return new(
            new(new(folder) { Secrets = redactor }, clock, logging.CreateLogger<ProcessTarget>()),
            new(new(folder), clock, logging.CreateLogger<GatewayTraffic>()),
            new(folder, clock),
            SecretStores.Open(new(home.Folder)),
            redactor,
            home.Folder);
    }

    /// <summary>Looks away. Instances and gateways go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        await _traffic.DisposeAsync();
        _secrets.Dispose();
    }
}
