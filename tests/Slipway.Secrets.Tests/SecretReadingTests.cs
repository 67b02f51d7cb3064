using System.Collections.Immutable;
using System.Diagnostics;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Secrets.Inputs;

namespace Slipway.Secrets.Tests;

public sealed class SecretReadingTests : IDisposable
{
    private const int Secrets = 40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_secret_that_cannot_be_read_is_told_and_a_silent_store_costs_its_time_limit_once()
    {
        await using var server = await VaultServer.Start();
        server.Hang = new(TaskCreationOptions.RunContinuationsAsynchronously);
        File.WriteAllText(_folder.Of("token"), "root-token");
        var application = Application($"vault: {{ kind: vault, address: \"{server.Address}\", token_file: token, timeout: 1s }}");
        var settings = SettingsResolver.Resolve(application, new() { Variables = ImmutableDictionary<string, string>.Empty, Files = ImmutableDictionary<string, string>.Empty });
        using var stores = SecretStores.Open(new(_folder.Path));
        var clock = Stopwatch.StartNew();
        var read = await SecretReading.Of(application, settings, stores, _folder.Path, TestContext.Current.CancellationToken);
        Assert.Equal(Secrets, read.Settings.Faults.Count(fault => fault.Code == FaultCode.SecretUnreadable));
        Assert.False(read.Settings.IsUsable);
        Assert.Empty(read.Versions);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(Secrets / 4));
    }

    private static Application Application(string store)
    {
        var faults = new List<Diagnostic>();
        var text = $"app: shop\nservices: {{ api: {{ run: ./api }} }}\nsecrets:\n  {store}\nsettings:\n"
            + string.Concat(Enumerable.Range(0, Secrets).Select(i => $"  API__KEY_{i}: {{ secret: true, store: vault }}\n"));
        var application = ManifestReader.Read("slipway.yaml", text, faults)?.Resolve(ManifestReader.Local, ImmutableDictionary<string, string>.Empty, faults);
        return application ?? throw new InvalidOperationException(string.Join('\n', faults));
    }
}
