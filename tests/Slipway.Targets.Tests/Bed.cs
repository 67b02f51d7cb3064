using System.Collections.Immutable;
using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes;

namespace Slipway.Targets.Tests;

/// <summary>A home in a temporary folder with a target on it; what it started is ended and removed with it.</summary>
internal sealed class Bed : IAsyncDisposable
{
    public static readonly FencingToken Token = new(1);
    public static readonly EnvironmentName Local = Name<EnvironmentName>("local");
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public Bed(Func<ProcessTargetOptions, ProcessTargetOptions>? change = null)
    {
        Folder = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        Home = new(Path.Combine(Folder, ".slipway"));
        Options = change?.Invoke(new(Home)) ?? new(Home);
        Target = new(Options);
    }

    /// <summary>The fixture's program, built beside this test.</summary>
    public static string Fixture { get; } = Path.Combine(
        AppContext.BaseDirectory.Replace("Slipway.Targets.Tests", "Slipway.Fixture", StringComparison.Ordinal), "slipway-fixture");

    public string Folder { get; }

    public HomeFolder Home { get; }

    public ProcessTargetOptions Options { get; }

    public ProcessTarget Target { get; private set; }

    public static T Name<T>(string text)
        where T : struct, IName<T>
        => T.TryParse(text, out var name) ? name : throw new ArgumentException(text, nameof(text));

    public static ReleaseId Release(char digit = 'a') => Name<ReleaseId>(new string(digit, 12));

    public static Service Service(string name = "api", params string[] run) => new()
    {
        Name = Name<ServiceName>(name),
        Kind = ServiceKind.Api,
        Folder = ".",
        Inputs = [],
        Run = new(run.Length == 0 ? [Fixture] : [.. run]),
        Port = 5000,
        Health = new() { Smoke = [] },
        Routes = [],
        Needs = [],
        Replicas = new(1, 1),
        Resources = new(null, null),
        StopGrace = TimeSpan.FromSeconds(5),
        Overlap = true,
    };

    public static Probe Http(string path, int periodMs = 100, int failures = 3, int timeoutMs = 1000)
        => new(new ProbeCheck.Http(path), TimeSpan.Zero, TimeSpan.FromMilliseconds(periodMs), TimeSpan.FromMilliseconds(timeoutMs), 1, failures);

    public Workload Workload(Service service, int instances = 1, char release = 'a', params (string Name, string Value)[] variables)
        => new(Local, Release(release), service, instances, null, Folder, variables.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal), Development: false);

    public Task Ensure(Workload workload, long token = 1) => Target.Ensure(workload, new(token), CancellationToken.None);

    public async Task<ImmutableArray<Instance>> Observe() => await Target.Observe(Local, CancellationToken.None);

    /// <summary>Waits until what runs is as wanted.</summary>
    public async Task<ImmutableArray<Instance>> Until(Func<ImmutableArray<Instance>, bool> wanted)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var seen = await Observe();
            if (wanted(seen))
                return seen;
            if (Stopwatch.GetElapsedTime(started) > s_patience)
                Assert.Fail($"Not seen within {s_patience.TotalSeconds} s; last: {string.Join("; ", seen)}");
            await Task.Delay(10);
        }
    }

    public async Task<Instance> UntilOne(Func<Instance, bool> wanted)
        => (await Until(all => all.Length == 1 && wanted(all[0])))[0];

    public static async Task UntilTrue(Func<bool> wanted, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!wanted())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < s_patience, $"Not within {s_patience.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }

    /// <summary>Leaves everything running and begins anew, as a restarted control plane does.</summary>
    public async Task Restart()
    {
        await Target.DisposeAsync();
        Target = new(Options);
    }

    public async Task<string> Get(Instance instance, string path)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://{instance.Address}:{instance.Port}{path}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Restart();
        await Target.RemoveOrphans(Local, [], new(long.MaxValue), CancellationToken.None);
        await Until(all => all.IsEmpty);
        await Target.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
