using Slipway.Releases;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Everything outside that the engine acts on, for one home.</summary>
internal sealed class World : IAsyncDisposable
{
    private World(EnginePorts ports) => Ports = ports;

    /// <summary>As the engine sees it.</summary>
    public EnginePorts Ports { get; }

    /// <summary>Takes up what the home holds.</summary>
    public static World Open(Home home, TimeProvider clock, ILoggerFactory logging)
        => throw new NotSupportedException($"Under construction: {home.Folder}, {clock}, {logging}.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
