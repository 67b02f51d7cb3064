using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Files;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;
using Slipway.Targets.Processes.Logs;
using Slipway.Targets.Processes.Spawning;

namespace Slipway.Targets.Traffic;

/// <summary>Keeps the gateway of one environment running: adopts it, starts it, starts it again when it has ended.</summary>
internal sealed partial class GatewayKeeper : IAsyncDisposable
{
    private const long LogBytesMax = 10 * 1024 * 1024;
    private static readonly string s_version = typeof(GatewayKeeper).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_logLook = TimeSpan.FromSeconds(30);
    private readonly GatewayTrafficOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly FenceFile _fence;
    private readonly GatewayFolder _folder;
    private readonly LogFile _log;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _leave = new();
    private readonly BackOff _backOff = new(Random.Shared.NextDouble);
    private CancellationTokenSource? _keeping;
    private Task _kept = Task.CompletedTask;
    private RunningProcess? _process;
    private volatile GatewayClient? _client;
    private GatewayRecord? _record;

    public GatewayKeeper(GatewayTrafficOptions options, EnvironmentName environment, FenceFile fence, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _fence = fence;
        _clock = clock;
        _logger = logger;
        Environment = environment;
        _folder = new(options.Home.Gateway(environment));
        _log = new(_folder.Log, LogBytesMax, 3);
        if (_folder.FindRunning() is { } running)
            Take(running, _folder.Load()!);
    }

    /// <summary>The environment.</summary>
    public EnvironmentName Environment { get; }

    /// <summary>Speaks to the gateway; null while none has ever run.</summary>
    public GatewayClient? Client => _client;

    /// <summary>What the gateway that runs said of itself when it was taken over; null while none runs.</summary>
    public GatewayRecord? Running => _process is { Ended.IsCompleted: false } ? _record : null;

    /// <summary>Makes it run at an address, and gives the one that it has.</summary>
    /// <exception cref="TrafficException">It cannot be started.</exception>
    public async Task<Uri> Ensure(GatewayListener listener, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_process is { Ended.IsCompleted: false } && !Fits(_record!, listener))
            {
                LogMoves(_logger, Environment, _record!.Port, listener.Port);
                await StopLocked();
            }
            if (_process is null or { Ended.IsCompleted: true })
                await StartLocked(listener, upgrades: false, cancellation);
            else if (_record!.Version != s_version || _record.Options != string.Join(' ', GatewayCommand.Options(listener, _options.DrainMax)))
                await UpgradeLocked(listener, cancellation);
            if (_kept.IsCompleted)
            {
                _keeping = CancellationTokenSource.CreateLinkedTokenSource(_leave.Token);
                _kept = Keep(listener, _keeping.Token);
            }
            return new($"http://{_record!.Address}:{_record.Port}");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends it, letting requests end first.</summary>
    public async Task Remove()
    {
        await _turn.WaitAsync();
        try
        {
            await StopLocked();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the watching only; the gateway runs on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync();
        await _kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client?.Dispose();
        _keeping?.Dispose();
        _leave.Dispose();
        _turn.Dispose();
    }

    private static bool Fits(GatewayRecord record, GatewayListener listener)
        => record.Address == listener.Address && (listener.Port == 0 || record.Port == listener.Port);

    /// <summary>
    /// Puts another gateway in its place, of this version and with these options, which takes its sockets over: no connection is
    /// refused. When that fails the one that runs goes on as it is.
    /// </summary>
    private async Task UpgradeLocked(GatewayListener listener, CancellationToken cancellation)
    {
        try
        {
            await StartLocked(listener with { Port = _record!.Port }, upgrades: true, cancellation);
            LogUpgraded(_logger, Environment, s_version);
        }
        catch (TrafficException e)
        {
            LogNotUpgraded(_logger, e, Environment, _record!.Version);
        }
    }

    private async Task StopLocked()
    {
        if (_keeping is not null)
        {
            await _keeping.CancelAsync();
            await _kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _keeping.Dispose();
            _keeping = null;
        }
        if (_process is { } process)
            await process.Stop(_options.DrainMax + TimeSpan.FromSeconds(5));
        _process = null;
    }

    /// <summary>Starts it again whenever it ends.</summary>
    private async Task Keep(GatewayListener listener, CancellationToken cancellation)
    {
        while (true)
        {
            var since = _clock.GetUtcNow();
            while (await Task.WhenAny(_process!.Ended, Task.Delay(s_logLook, cancellation)) != _process.Ended)
            {
                cancellation.ThrowIfCancellationRequested();
                RotateLog();
            }
            _fence.Check();
            await _process.Kill();
            LogEnded(_logger, Environment, _process.ExitCode(), LogFile.LastTellingLine(_folder.Log, 0));
            await Task.Delay(_backOff.Next(_clock.GetUtcNow() - since), _clock, cancellation);
            await StartAgain(listener, cancellation);
        }
    }

    private async Task StartAgain(GatewayListener listener, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_process!.Ended.IsCompleted)
                await StartLocked(listener with { Port = _record!.Port }, upgrades: false, cancellation);
        }
        catch (Exception e) when (e is TrafficException or IOException)
        {
            LogNotStarted(_logger, e, Environment);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void RotateLog()
    {
        try
        {
            _log.Rotate();
        }
        catch (IOException e)
        {
            LogNotRotated(_logger, e, Environment);
        }
    }

    private async Task StartLocked(GatewayListener listener, bool upgrades, CancellationToken cancellation)
    {
        if (!upgrades)
            CheckAddress(listener);
        if (!File.Exists(_options.Program))
            throw new TrafficException($"The gateway's program {_options.Program} is missing. Install Slipway again, all of its folder.");
        PrivateFolder.Create(_folder.Path);
        var from = LogFile.LengthOf(_folder.Log);
        var output = new SpawnOutput.ToFile(_folder.Log);
        RunningProcess? process = null;
        try
        {
            _fence.Hold(() => process = RunningProcess.Start(new(
                _options.Program,
                ["--listen", new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port).ToString(), "--home", _folder.Path, "--upgrade", upgrades ? "on" : "off", .. GatewayCommand.Options(listener, _options.DrainMax)],
                GatewayCommand.Variables(),
                _folder.Path,
                output,
                output)));
        }
        catch (SpawnException e)
        {
            throw new TrafficException(e.Message, e);
        }
        await AwaitAnswer(process!, from, cancellation);
    }

    private async Task AwaitAnswer(RunningProcess process, long logFrom, CancellationToken cancellation)
    {
        var deadline = _clock.GetTimestamp();
        while (true)
        {
            if (process.Ended.IsCompleted)
            {
                var code = process.ExitCode();
                await process.Kill();
                throw new TrafficException($"The gateway of {Environment} ended at its start with exit code {code}: {LogFile.LastTellingLine(_folder.Log, logFrom) ?? "it said nothing"}");
            }
            if (_folder.Load() is { } record && record.Pid == process.Identity.Pid)
            {
                Take(process, record);
                if (await _client!.IsServing(cancellation))
                    return;
            }
            if (_clock.GetElapsedTime(deadline) > _options.StartMax)
            {
                await process.Kill();
                throw new TrafficException($"The gateway of {Environment} did not answer within {_options.StartMax.TotalSeconds:0} s. Look into {_folder.Log}.");
            }
            await Task.Delay(s_look, _clock, cancellation);
        }
    }

    private void Take(RunningProcess process, GatewayRecord record)
    {
        _process = process;
        if (_client is null || _record?.Admin != record.Admin)
            _client = new(record.Admin);
        _record = record;
    }

    private static void CheckAddress(GatewayListener listener)
    {
        if (!IPAddress.TryParse(listener.Address, out var address))
            throw new TrafficException($"\"{listener.Address}\" is no IP address. Correct `gateway.listen`.");
        if (listener.Port == 0)
            return;
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, listener.Port));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new TrafficException($"Port {listener.Port} of {listener.Address} is in use by another program. End that one, or choose another port with `gateway.listen`.", e);
        }
        catch (SocketException e)
        {
            throw new TrafficException($"{listener.Address}:{listener.Port} cannot be listened on: {e.Message}. Choose another with `gateway.listen`.", e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The gateway of {Environment} moves from port {Before} to {After}; its connections are drained.")]
    private static partial void LogMoves(ILogger logger, EnvironmentName environment, int before, int after);

    [LoggerMessage(Level = LogLevel.Information, Message = "The gateway of {Environment} is now of version {Version} and as the manifest says; no connection was refused.")]
    private static partial void LogUpgraded(ILogger logger, EnvironmentName environment, string version);

    [LoggerMessage(Level = LogLevel.Error, Message = "The gateway of {Environment} could not be replaced; the one of version {Version} goes on.")]
    private static partial void LogNotUpgraded(ILogger logger, Exception error, EnvironmentName environment, string version);

    [LoggerMessage(Level = LogLevel.Error, Message = "The gateway of {Environment} ended (exit code {Code}) and is started again: {LastLine}")]
    private static partial void LogEnded(ILogger logger, EnvironmentName environment, int? code, string? lastLine);

    [LoggerMessage(Level = LogLevel.Error, Message = "The gateway of {Environment} could not be started again.")]
    private static partial void LogNotStarted(ILogger logger, Exception error, EnvironmentName environment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of the gateway of {Environment} could not be rotated.")]
    private static partial void LogNotRotated(ILogger logger, Exception error, EnvironmentName environment);
}
