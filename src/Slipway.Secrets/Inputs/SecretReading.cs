using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Secrets.Inputs;

/// <summary>Effective settings with the secrets they refer to.</summary>
/// <param name="Settings">The settings, values of references included, with every fault.</param>
/// <param name="Versions">By a setting's name, the version that its reference stands for now; only of stores that keep versions.</param>
public sealed record SecretReading(EffectiveSettings Settings, ImmutableSortedDictionary<string, SecretVersion> Versions)
{
    /// <summary>Reads every reference. What cannot be read is a fault of its setting; all of them are told at once.</summary>
    /// <param name="application">The application.</param>
    /// <param name="settings">Its settings, references not read yet.</param>
    /// <param name="stores">The stores.</param>
    /// <param name="sourceFolder">The manifest's folder, absolute.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<SecretReading> Of(
        Application application, EffectiveSettings settings, ISecretStores stores, string sourceFolder, CancellationToken cancellation)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var versions = ImmutableSortedDictionary.CreateBuilder<string, SecretVersion>(StringComparer.Ordinal);
        var faults = new List<Diagnostic>();
        // All are asked for at once: a store that does not answer costs its time limit once, not once a secret.
        var reads = new Task<ReadSecret>?[settings.All.Length];
        for (var i = 0; i < reads.Length; i++)
        {
            if (settings.All[i].Reference is { } reference)
                reads[i] = ReadOne(application, settings.All[i], reference, stores, sourceFolder, cancellation);
        }
        for (var i = 0; i < reads.Length; i++)
        {
            if (reads[i] is not { } reading)
                continue;
            var setting = settings.All[i];
            try
            {
                var secret = await reading;
                values[setting.Reference!.ToString()] = secret.Value;
                if (secret.KeepsVersions)
                    versions[setting.Setting.Name] = secret.Version;
            }
            catch (SecretStoreException fault)
            {
                faults.Add(new(FaultCode.SecretUnreadable, Severity.Error, setting.Origin.At ?? setting.Setting.At, $"The secret '{setting.Setting.Name}' cannot be read: {fault.Message}", fault.Remedy));
            }
        }
        var whole = SettingsResolver.WithSecrets(settings, values);
        return new(faults.Count == 0 ? whole : whole with { Faults = whole.Faults.AddRange(faults) }, versions.ToImmutable());
    }

    // A class: every command that is run compiles this anew, and the framework's code for classes is there already.
    private sealed record ReadSecret(SecretVersion Version, string Value, bool KeepsVersions)
    {
        public override string ToString() => Version.ToString();
    }

    private static async Task<ReadSecret> ReadOne(
        Application application, EffectiveSetting setting, SecretReference reference, ISecretStores stores, string sourceFolder, CancellationToken cancellation)
    {
        var store = stores.Find(reference.Store, application.SecretStores, sourceFolder);
        var version = reference.Version is { } number ? new(reference.Store, reference.Name, number)
            : await store.Latest(reference.Name, cancellation) ?? throw Missing(setting.Setting, reference, application.Environment);
        return new(version, await store.Read(version, cancellation), store.KeepsVersions);
    }

    private static SecretStoreException Missing(Setting setting, SecretReference reference, EnvironmentName environment)
        => new($"{reference} has no version that is in use.", reference.Store == SecretStoreDeclaration.Home && reference.Name == $"{environment}/{setting.Name}"
            ? $"Set it with: slipway secrets set {setting.Name} -e {environment}" : "Put it into its store.");
}
