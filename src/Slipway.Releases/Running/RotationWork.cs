using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>
/// What a rotation does outside of releases: makes a version, takes the older ones away, takes its own away. Each can be done
/// again after it was cut off anywhere. Values are in memory only, and known to the redactor before anything can show them.
/// </summary>
internal sealed class RotationWork(EnginePorts ports)
{
    private static readonly TimeSpan CommandTimeMax = TimeSpan.FromMinutes(2);

    /// <summary>Does it, and gives the event that it is done.</summary>
    /// <exception cref="CredentialException">What grants access could not be made or taken away.</exception>
    /// <exception cref="SecretStoreException">A store cannot be used.</exception>
    public async Task<RotationEvent> Run(EnvironmentState state, RotationState rotation, RotationEffect effect, CancellationToken cancellation)
    {
        switch (effect)
        {
            case RotationEffect.Make:
                return new RotationVersionMade(rotation.Id, await Make(state, rotation, cancellation));
            case RotationEffect.Retire:
                return new RotationEnded(rotation.Id, RotationOutcome.Done, null, await Retire(state, rotation, cancellation));
            default:
                await Undo(state, rotation, cancellation);
                return new RotationEnded(rotation.Id, RotationOutcome.Undone, null);
        }
    }

    private async Task<SecretVersion> Make(EnvironmentState state, RotationState rotation, CancellationToken cancellation)
    {
        var plan = rotation.Plan;
        var store = Store(plan);
        // What was kept just before a crash is as good as anything made anew, and leaves nothing behind.
        if (rotation.New is null && (await Kept(store, rotation, cancellation)).LastOrDefault() is { } kept && await Works(plan, await Read(store, kept, cancellation), cancellation))
            return kept;
        var value = (plan.Rotation.Kind, rotation.Phase) switch
        {
            (RotationKind.Keys, RotationPhase.Announcing) => KeySet.Announce(await Read(store, rotation.Old!, cancellation), NewKey(plan)),
            (RotationKind.Keys, RotationPhase.Switching) => KeySet.Switch(await Read(store, rotation.Announced!, cancellation)),
            (RotationKind.Keys, _) => KeySet.Drop(await Read(store, rotation.New!, cancellation)),
            (RotationKind.Database, _) => await NewLogin(plan, await Read(store, rotation.Old!, cancellation), cancellation),
            (RotationKind.Token, _) => await Credentials.CreateToken(await Command(state, rotation, plan.Rotation.Create!, cancellation), cancellation),
            _ => RandomText.Of(plan.Rotation.LengthBytes),
        };
        Learn(value);
        return await store.Keep(plan.Name, value, rotation.Id.ToString(), cancellation);
    }

    // It must work before it is kept: whoever reads the latest version in between must not get one that lets nobody in.
    private async Task<string> NewLogin(RotationPlan plan, string old, CancellationToken cancellation)
    {
        var role = DatabaseRoles.Idle(plan, old) ?? throw new CredentialException(
            $"The connection string of {plan.Setting} uses neither of its two roles.", "Deploy one that uses one of them, and rotate again.", isPassing: false);
        var password = RandomText.Of(32);
        Learn(password);
        await Credentials.SetPassword(await Admin(plan, cancellation), role, password, cancellation);
        var connection = DatabaseLogin.With(old, role, password)!;
        Learn(connection);
        await Credentials.Prove(connection, cancellation);
        return connection;
    }

    private async Task<bool> Works(RotationPlan plan, string value, CancellationToken cancellation)
    {
        if (plan.Rotation.Kind != RotationKind.Database)
            return true;
        try
        {
            await Credentials.Prove(value, cancellation);
            return true;
        }
        catch (CredentialException fault) when (!fault.IsPassing)
        {
            return false;
        }
    }

    private async Task<string?> Retire(EnvironmentState state, RotationState rotation, CancellationToken cancellation)
    {
        var (plan, made, store) = (rotation.Plan, rotation.New!, Store(rotation.Plan));
        var known = (await List(store, plan, cancellation)).Where(entry => entry.RetiredAt is null).Select(entry => entry.Version);
        var older = known.Concat(rotation.Made).Append(rotation.Old!).Distinct().Where(version => version.Version < made.Version).OrderBy(version => version.Version).ToList();
        if (plan.Rotation.Kind == RotationKind.Database && DatabaseRoles.Idle(plan, await Read(store, made, cancellation)) is { } role)
            await Credentials.TakePassword(await Admin(plan, cancellation), role, cancellation);
        if (plan.Rotation.Kind == RotationKind.Token)
            await Revoke(state, rotation, store, older, cancellation);
        var left = older.Where(version => SharesVersion(state, version)).ToList();
        await Retire(store, rotation, older.Except(left), cancellation);
        return left.Count == 0 ? null : $"{string.Join(", ", left)} stays in its store, for other secrets in use stand beside it.";
    }

    private async Task Undo(EnvironmentState state, RotationState rotation, CancellationToken cancellation)
    {
        var (plan, store) = (rotation.Plan, Store(rotation.Plan));
        var newer = (await Kept(store, rotation, cancellation)).Concat(rotation.Made).Distinct().ToList();
        try
        {
            if (plan.Rotation.Kind == RotationKind.Database && DatabaseRoles.Idle(plan, await Read(store, rotation.Old!, cancellation)) is { } role
                && !await IsLogin(state, plan, store, role, cancellation))
                await Credentials.TakePassword(await Admin(plan, cancellation), role, cancellation);
            if (plan.Rotation.Kind == RotationKind.Token)
                await Revoke(state, rotation, store, newer, cancellation);
        }
        catch (CredentialException fault) when (!fault.IsPassing)
        {
            // Whatever becomes of it there, the latest version must be the one that is used.
            await Retire(store, rotation, newer, cancellation);
            throw;
        }
        await Retire(store, rotation, newer, cancellation);
    }

    // Somebody may have released a connection string of his own that uses the role.
    private async Task<bool> IsLogin(EnvironmentState state, RotationPlan plan, ISecretStore store, string role, CancellationToken cancellation)
        => state.Live is { } live && HeldSecret.Holds(state.Releases[live].Release, plan) is { } version
            && DatabaseLogin.UserOf(await Read(store, version, cancellation)) == role;

    private async Task Revoke(EnvironmentState state, RotationState rotation, ISecretStore store, List<SecretVersion> versions, CancellationToken cancellation)
    {
        foreach (var version in versions)
        {
            string token;
            try
            {
                token = await Read(store, version, cancellation);
            }
            catch (SecretMissingException)
            {
                // It was retired, and so revoked, before.
                continue;
            }
            await Credentials.RevokeToken(await Command(state, rotation, rotation.Plan.Rotation.Revoke!, cancellation), token, cancellation);
        }
    }

    private static async Task Retire(ISecretStore store, RotationState rotation, IEnumerable<SecretVersion> versions, CancellationToken cancellation)
    {
        foreach (var version in versions)
        {
            try
            {
                await store.Retire(version, rotation.Id.ToString(), cancellation);
            }
            catch (SecretMissingException)
            {
                // Gone for good is out of use.
                continue;
            }
        }
    }

    /// <summary>The versions that this rotation kept, as the store itself remembers: also those that no journal heard of.</summary>
    private static async Task<List<SecretVersion>> Kept(ISecretStore store, RotationState rotation, CancellationToken cancellation)
        => [.. (await List(store, rotation.Plan, cancellation))
            .Where(entry => entry.RetiredAt is null && entry.SetBy == rotation.Id.ToString() && entry.Version.Version > rotation.Old!.Version)
            .Select(entry => entry.Version).OrderBy(version => version.Version)];

    // A policy may allow to read a secret and not to list; then what the journal knows must do.
    private static async Task<IReadOnlyList<SecretEntry>> List(ISecretStore store, RotationPlan plan, CancellationToken cancellation)
    {
        try
        {
            return [.. (await store.List(plan.Name, cancellation)).Where(entry => entry.Version.Name == plan.Name)];
        }
        catch (SecretStoreException)
        {
            return [];
        }
    }

    // Fields of one Vault secret are retired together.
    private static bool SharesVersion(EnvironmentState state, SecretVersion version)
    {
        var colon = version.Name.LastIndexOf(':');
        var path = colon < 0 ? version.Name : version.Name[..colon];
        return state.Live is { } live && state.Releases[live].Release.Services.SelectMany(service => service.Secrets.Values).Any(other =>
            other.Store == version.Store && other.Version == version.Version && other.Name != version.Name
            && (other.Name == path || other.Name.StartsWith(path + ":", StringComparison.Ordinal)));
    }

    private async Task<CredentialCommand> Command(EnvironmentState state, RotationState rotation, CommandLine line, CancellationToken cancellation)
    {
        var variables = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        // When nothing is live any more, what was last is what the commands know.
        if ((state.Live ?? (state.Lives.IsEmpty ? (ReleaseId?)null : state.Lives[^1])) is { } live)
        {
            var kept = state.Releases[live];
            foreach (var service in kept.Release.Services.Where(service => HeldSecret.Holds(service, rotation.Plan) is not null))
            {
                foreach (var (name, value) in service.Settings)
                    variables[name] = value;
                foreach (var (name, version) in service.Secrets)
                    variables[name] = await Read(ports.Secrets.Find(version.Store, kept.Terms.SecretStores, kept.Terms.SourceFolder), version, cancellation);
            }
        }
        variables["SLIPWAY_ROTATION"] = rotation.Id.ToString();
        return new(line, rotation.Plan.SourceFolder, variables.ToImmutable(), CommandTimeMax);
    }

    private async Task<string> Admin(RotationPlan plan, CancellationToken cancellation)
    {
        var admin = plan.Rotation.Admin!;
        var store = ports.Secrets.Find(admin.Store, plan.SecretStores, plan.SourceFolder);
        var version = admin.Version is { } number ? new SecretVersion(admin.Store, admin.Name, number) : await store.Latest(admin.Name, cancellation);
        return version is null
            ? throw new CredentialException($"{admin} has no version that is in use.", "Put the connection string of a role that may alter the two there, and rotate again.", isPassing: false)
            : await Read(store, version, cancellation);
    }

    private async Task<string> Read(ISecretStore store, SecretVersion version, CancellationToken cancellation)
    {
        var value = await store.Read(version, cancellation);
        Learn(value);
        return value;
    }

    private string NewKey(RotationPlan plan) => ports.NewKey?.Invoke(plan.Rotation.Algorithm)
        ?? throw new CredentialException("This control plane makes no keys.", "Use one that does.", isPassing: false);

    private ICredentials Credentials => ports.Credentials
        ?? throw new CredentialException("This control plane makes no credentials.", "Use one that does.", isPassing: false);

    private ISecretStore Store(RotationPlan plan) => ports.Secrets.Find(plan.Store, plan.SecretStores, plan.SourceFolder);

    private void Learn(string value) => ports.Redactor.Learn([value]);
}
