using Microsoft.Extensions.Logging;
using Slipway.Files;
using Slipway.Releases.Ports;
using Slipway.Targets.Artefacts;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Limits;

namespace Slipway.Targets.Processes;

/// <summary>What all instances on this machine share.</summary>
/// <param name="options">How the target works.</param>
/// <param name="clock">The time.</param>
/// <param name="logger">Where notices go.</param>
internal sealed partial class ProcessMachine(ProcessTargetOptions options, TimeProvider clock, ILogger logger)
{
    private readonly Lazy<ControlGroups> _groups = new(() => ControlGroups.Detect());
    private int _told;

    public ProcessTargetOptions Options => options;

    public HomeFolder Home => options.Home;

    public TimeProvider Clock => clock;

    public ILogger Logger => logger;

    public PortRegister Ports { get; } = new(PortRegister.SharedFolder);

    /// <summary>Whether all limits can be enforced here.</summary>
    public bool CanLimit => _groups.Value.Missing is null;

    /// <summary>Proves the artefacts that instances run from.</summary>
    public ArtefactProof Proof { get; } = new(clock);

    /// <summary>Makes the control groups of an instance that has limits; says once when they cannot be enforced.</summary>
    public ControlGroup? Limit(InstanceRecord record)
    {
        var resources = record.Limits;
        if (resources is { MemoryBytes: null, CpuCores: null })
            return null;
        if (_groups.Value.Missing is { } missing && Interlocked.Exchange(ref _told, 1) == 0)
            LogNoLimits(logger, missing);
        // Two homes may hold instances of the same name; their groups must differ.
        var name = $"slipway-{record.Id}-{Guid.NewGuid():N}";
        return _groups.Value.Create(name, resources);
    }

    /// <summary>Refuses to start anything on a disk that is as good as full.</summary>
    /// <exception cref="TargetException">There is too little room.</exception>
    public void CheckRoom()
    {
        PrivateFolder.Create(Home.Path);
        var free = new DriveInfo(Home.Path).AvailableFreeSpace;
        if (free < options.FreeBytesMin)
        {
            throw new TargetException(
                $"The disk that holds {Home.Path} has only {free / (1024 * 1024)} MiB left, {options.FreeBytesMin / (1024 * 1024)} are needed. Free some space and deploy again.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Missing}")]
    private static partial void LogNoLimits(ILogger logger, string missing);
}
