using System.Globalization;
using System.Text.Json;

namespace Slipway.Secrets.Vault;

/// <summary>
/// Secrets in HashiCorp Vault's KV engine, version 2. <c>secret://vault/production/API__KEY</c> is the field <c>value</c> of the
/// secret at <c>production/API__KEY</c>; <c>secret://vault/shop/db:password</c> is the field <c>password</c> of <c>shop/db</c>.
/// Retiring deletes the version there; it can be undeleted with Vault's own tools.
/// </summary>
/// <param name="declaration">The store.</param>
/// <param name="sourceFolder">What its files' paths are relative to.</param>
internal sealed class VaultStore(SecretStoreDeclaration declaration, string sourceFolder) : ISecretStore, IDisposable
{
    private const int WriteAttempts = 5;
    private const int ListedMax = 10_000;

    private readonly VaultClient _vault = new(declaration, sourceFolder);

    /// <inheritdoc/>
    public string Name => declaration.Name;

    /// <inheritdoc/>
    public bool KeepsVersions => true;

    /// <inheritdoc/>
    // Every read asks Vault anew.
    public Task Check(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<SecretVersion> Keep(string name, string value, string by, CancellationToken cancellation)
    {
        var (path, field) = Split(name);
        for (var attempt = 1; ; attempt++)
        {
            using var current = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/data/{path}", null, cancellation);
            var latest = current is null ? await Current(path, cancellation) : VaultJson.Number(current.RootElement, "data", "metadata", "version");
            JsonElement? fields = current is null ? null : VaultJson.At(current.RootElement, "data", "data");
            if (fields is { } known && Field(known, field) == value)
                return new(Name, name, latest);
            try
            {
                // Nobody else's version is written over: Vault refuses when another one came in between.
                using var written = await _vault.Send(HttpMethod.Post, $"{declaration.Mount}/data/{path}", VaultJson.Write(fields, field, value, latest), cancellation)
                    ?? throw new SecretStoreException($"The Vault of the store '{Name}' has no engine at '{declaration.Mount}'.", "Set the store's mount.");
                return new(Name, name, VaultJson.Number(written.RootElement, "data", "version"));
            }
            catch (SecretStoreException fault) when (attempt < WriteAttempts && fault.Message.Contains("check-and-set", StringComparison.Ordinal))
            {
                continue;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<SecretVersion?> Latest(string name, CancellationToken cancellation)
    {
        var (path, field) = Split(name);
        // The latest version tells its own number to whoever may read it. Only when it is deleted must the metadata, which a
        // narrow policy may not show, name the one before.
        using (var current = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/data/{path}", null, cancellation))
        {
            if (current is not null && VaultJson.At(current.RootElement, "data", "data").ValueKind == JsonValueKind.Object)
                return Field(VaultJson.At(current.RootElement, "data", "data"), field) is null ? null : new(Name, name, VaultJson.Number(current.RootElement, "data", "metadata", "version"));
        }
        using var answer = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/metadata/{path}", null, cancellation);
        if (answer is null)
            return null;
        var latest = Versions(answer).Where(version => version.RetiredAt is null).Select(version => version.Number).DefaultIfEmpty(0).Max();
        return latest == 0 || await ReadField(path, field, latest, cancellation) is null ? null : new(Name, name, latest);
    }

    /// <inheritdoc/>
    public async Task<string> Read(SecretVersion version, CancellationToken cancellation)
    {
        var (path, field) = Split(version.Name);
        return await ReadField(path, field, version.Version, cancellation) ?? throw new SecretMissingException(version);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SecretEntry>> List(string prefix, CancellationToken cancellation)
    {
        var entries = new List<SecretEntry>();
        var slash = prefix.LastIndexOf('/');
        await List(slash < 0 ? "" : prefix[..(slash + 1)], prefix, entries, cancellation);
        return entries;
    }

    /// <inheritdoc/>
    public async Task Retire(SecretVersion version, string by, CancellationToken cancellation)
    {
        var (path, _) = Split(version.Name);
        using var known = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/metadata/{path}", null, cancellation) ?? throw new SecretMissingException(version);
        if (!Versions(known).Any(one => one.Number == version.Version))
            throw new SecretMissingException(version);
        (await _vault.Send(HttpMethod.Post, $"{declaration.Mount}/delete/{path}", VaultJson.Versions(version.Version), cancellation))?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _vault.Dispose();

    private async Task List(string folder, string prefix, List<SecretEntry> entries, CancellationToken cancellation)
    {
        using var answer = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/metadata/{Path(folder)}?list=true", null, cancellation);
        if (answer is null)
            return;
        foreach (var key in Keys(answer))
        {
            var name = folder + key;
            if (entries.Count >= ListedMax)
                throw new SecretStoreException($"The store '{Name}' holds more than {ListedMax} versions below '{prefix}'.", "Name an environment, or a longer beginning.");
            if (name.EndsWith('/'))
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(name, StringComparison.Ordinal))
                    await List(name, prefix, entries, cancellation);
                continue;
            }
            if (!name.StartsWith(prefix, StringComparison.Ordinal) || !SecretReference.IsName(name))
                continue;
            using var metadata = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/metadata/{Path(name)}", null, cancellation);
            if (metadata is not null)
                entries.AddRange(Versions(metadata).OrderBy(version => version.Number).Select(version => new SecretEntry(new(Name, name, version.Number), version.SetAt, null, version.RetiredAt)));
        }
    }

    private async Task<string?> ReadField(string path, string field, int version, CancellationToken cancellation)
    {
        using var answer = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/data/{path}?version={version.ToString(CultureInfo.InvariantCulture)}", null, cancellation);
        return answer is not null && VaultJson.At(answer.RootElement, "data", "data") is { ValueKind: JsonValueKind.Object } fields ? Field(fields, field) : null;
    }

    // A secret whose latest version is deleted answers 404, but its next version must still name the one before.
    private async Task<int> Current(string path, CancellationToken cancellation)
    {
        using var metadata = await _vault.Send(HttpMethod.Get, $"{declaration.Mount}/metadata/{path}", null, cancellation);
        return metadata is null ? 0 : VaultJson.Number(metadata.RootElement, "data", "current_version");
    }

    private (string Path, string Field) Split(string name)
    {
        if (!SecretReference.IsName(name))
            throw new SecretStoreException($"\"{name}\" is no name of a secret.", "Use letters, digits and _ - . : in parts separated by /.");
        var colon = name.LastIndexOf(':');
        return colon < 0 ? (Path(name), "value") : (Path(name[..colon]), name[(colon + 1)..]);
    }

    private string Path(string name) => declaration.Prefix is { } prefix ? $"{prefix.Trim('/')}/{name}" : name;

    private static string? Field(JsonElement fields, string field)
        => fields.TryGetProperty(field, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    private static IEnumerable<string> Keys(JsonDocument answer) => VaultJson.At(answer.RootElement, "data", "keys") is { ValueKind: JsonValueKind.Array } keys
        ? keys.EnumerateArray().Where(key => key.ValueKind == JsonValueKind.String).Select(key => key.GetString()!) : [];

    private static IEnumerable<(int Number, DateTimeOffset? SetAt, DateTimeOffset? RetiredAt)> Versions(JsonDocument metadata)
    {
        if (VaultJson.At(metadata.RootElement, "data", "versions") is not { ValueKind: JsonValueKind.Object } versions)
            yield break;
        foreach (var version in versions.EnumerateObject())
        {
            if (version.Value.ValueKind != JsonValueKind.Object || !int.TryParse(version.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                continue;
            var set = Time(version.Value, "created_time");
            var destroyed = version.Value.TryGetProperty("destroyed", out var gone) && gone.ValueKind == JsonValueKind.True;
            // A deletion may lie in the future, when Vault deletes versions by age.
            var deleted = Time(version.Value, "deletion_time") is { } at && at <= TimeProvider.System.GetUtcNow() ? at : destroyed ? set : null;
            yield return (number, set, deleted);
        }
    }

    private static DateTimeOffset? Time(JsonElement version, string member)
        => version.TryGetProperty(member, out var time) && time.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
