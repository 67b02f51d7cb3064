using System.Net.Sockets;
using Slipway.Cli.Connection;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Cli.Verbs;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Demonstration;

/// <summary>A folder of the demo's own: a copy of the application, its home, its data; and what was started there.</summary>
internal sealed class DemoStage : IAsyncDisposable
{
    private static readonly TimeSpan s_endDeadline = TimeSpan.FromSeconds(60);
    private readonly DemoPrinter _printer;
    private readonly bool _keep;
    private readonly bool _fresh;
    private readonly HashSet<string> _artefacts = [];
    private int? _controlPlane;
    private bool _deployed;

    /// <summary>Copies the application.</summary>
    /// <param name="application">Its folder.</param>
    /// <param name="keep">Whether the demo's folder stays.</param>
    /// <param name="fresh">Whether everything is built anew.</param>
    /// <param name="printer">Where it says what it does.</param>
    public DemoStage(string application, bool keep, bool fresh, DemoPrinter printer)
    {
        (_keep, _fresh, _printer) = (keep, fresh, printer);
        Folder = Directory.CreateTempSubdirectory("slipway-demo-").FullName;
        Manifest = Path.Combine(Folder, "app", ManifestFile.Name);
        Copy(application, Path.Combine(Folder, "app"));
        Calls = new(new HomeFolder(Path.Combine(Folder, "home")));
        Environment = CommonOptions.ParseEnvironment("ci")!.Value;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The copy's manifest.</summary>
    public string Manifest { get; }

    /// <summary>The demo's control plane.</summary>
    public ControlPlaneCalls Calls { get; }

    /// <summary>Where the demo deploys to.</summary>
    public EnvironmentName Environment { get; }

    /// <summary>Starts the control plane.</summary>
    public async Task Start(CancellationToken cancel)
    {
        if (!_fresh)
            DemoArtefacts.Restore(ControlPlaneProcess.CreateHome(Calls.Home));
        _controlPlane = await ControlPlaneProcess.EnsureRunning(Calls, [], cancel);
        _deployed = true;
    }

    /// <summary>Notes what a release is made of, for the next demo.</summary>
    public void Note(ReleaseView? release)
    {
        foreach (var service in release?.Services ?? [])
        {
            if (service.Artefact is { } digest)
                _artefacts.Add(digest);
        }
    }

    /// <summary>Ends everything that was started, whatever state it is in, and removes the folder.</summary>
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(s_endDeadline);
        var ended = true;
        if (_deployed)
        {
            _printer.Say("Stopping everything that the demo started.");
            ended = await End(deadline.Token);
        }
        if (ended)
            DemoArtefacts.Keep(Calls.Home.Path, _artefacts);
        if (_keep)
        {
            _printer.Say($"Kept: {Folder}");
            return;
        }
        if (!ended)
        {
            _printer.Say($"Not everything could be stopped; what is left stands in {Folder}.");
            return;
        }
        Directory.Delete(Folder, recursive: true);
        _printer.Say("Stopped: instances, gateway and control plane. The demo's folder is deleted.");
        if (_artefacts.Count > 0)
            _printer.Say($"What it built is kept for the next demo: {DemoArtefacts.Folder}");
    }

    private async Task<bool> End(CancellationToken deadline)
    {
        try
        {
            // Should the control plane have died, only a new one can end what it started.
            _controlPlane = await ControlPlaneProcess.EnsureRunning(Calls, [], deadline) ?? _controlPlane;
            if ((await EnvironmentChoice.All(Calls, deadline)).Any(view => view.Environment == Environment))
            {
                await Calls.Post(
                    Paths.Of(ApiRoutes.Down, Environment), new DownRequest(Reset: true), ApiJson.Default.DownRequest, ApiJson.Default.EnvironmentView, deadline);
            }
            await DownVerb.ShutDown(Calls, deadline);
            return true;
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException || VerbRun.Explain(error) is not null)
        {
            _printer.Say($"The control plane did not end everything: {error.Message}");
            if (_controlPlane is { } id && !OperatingSystem.IsWindows())
                PosixProcess.Signal(id, 9);
            return false;
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.EnumerateDirectories(from))
        {
            if (Path.GetFileName(folder) is not ("bin" or "obj" or "artifacts" or ".slipway" or ".git"))
                Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
