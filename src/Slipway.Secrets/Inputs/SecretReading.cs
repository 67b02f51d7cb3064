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
        foreach (var setting in settings.All)
        {
            if (setting.Reference is not { } reference)
                continue;
            try
            {
                var store = stores.Find(reference.Store, application.SecretStores, sourceFolder);
                var version = reference.Version is { } number ? new(reference.Store, reference.Name, number)
                    : await store.Latest(reference.Name, cancellation) ?? throw Missing(setting.Setting, reference, application.Environment);
                values[reference.ToString()] = await store.Read(version, cancellation);
                if (store.KeepsVersions)
                    versions[setting.Setting.Name] = version;
            }
            catch (SecretStoreException fault)
            {
                faults.Add(new(FaultCode.SecretUnreadable, Severity.Error, setting.Origin.At ?? setting.Setting.At, $"The secret '{setting.Setting.Name}' cannot be read: {fault.Message}", fault.Remedy));
            }
        }
        var read = SettingsResolver.WithSecrets(settings, values);
        return new(faults.Count == 0 ? read : read with { Faults = read.Faults.AddRange(faults) }, versions.ToImmutable());
    }

    private static SecretStoreException Missing(Setting setting, SecretReference reference, EnvironmentName environment)
        => new($"{reference} has no version that is in use.", reference.Store == SecretStoreDeclaration.Home && reference.Name == $"{environment}/{setting.Name}"
            ? $"Set it with: slipway secrets set {setting.Name} -e {environment}" : "Put it into its store.");
}
