using System.Text;

namespace Slipway.Secrets.Encrypted;

/// <summary>
/// Keeps secrets in one encrypted text file, a line a version. Lines are appended and flushed; one that a crash tore is
/// ignored, and cut off by the next writer (beside, flushed, renamed). A damaged line costs its version and nothing else: a line
/// counts only when it opens under the key with everything that it claims.
/// </summary>
/// <param name="name">Its name in references.</param>
/// <param name="file">Its file, absolute.</param>
/// <param name="key">Its key.</param>
/// <param name="isShared">Whether it may be readable by others, as a file under version control is: what it says is encrypted or public.</param>
internal sealed class EncryptedStore(string name, string file, StoreKey key, bool isShared = false) : ISecretStore, IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);
    private StoreContent _content = new();
    private StoreCipher? _cipher;
    private string? _cipherOf;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool KeepsVersions => true;

    /// <summary>The file.</summary>
    public string File => file;

    /// <summary>Held by the process that writes.</summary>
    private string Lock => file + ".lock";

    /// <inheritdoc/>
    public async Task<SecretVersion> Keep(string secret, string value, string by, CancellationToken cancellation)
        => (await Keep([(secret, value)], by, cancellation))[0];

    /// <summary>Keeps several values at once, flushed together: all that were not torn by a crash are there afterwards.</summary>
    public Task<IReadOnlyList<SecretVersion>> Keep(IReadOnlyList<(string Name, string Value)> secrets, string by, CancellationToken cancellation)
        => Write<IReadOnlyList<SecretVersion>>((content, cipher) =>
        {
            var kept = new List<SecretVersion>(secrets.Count);
            var lines = new StringBuilder();
            var next = new Dictionary<string, (int Version, string Value)>(StringComparer.Ordinal);
            foreach (var (secret, value) in secrets)
            {
                if (!SecretReference.IsName(secret))
                    throw new SecretStoreException($"\"{secret}\" is no name of a secret.", "Use letters, digits and _ - . : in parts separated by /.");
                if (!SecretFile.IsText(value))
                    throw new SecretStoreException($"The value of {secret} is no text that a variable can carry.", "Keep it in base64, and decode it where it is used.");
                if (!next.TryGetValue(secret, out var latest) && content.Latest(secret, cipher.Opens) is { } known && cipher.Open(known.Claim, known.Sealed) is { } old)
                    latest = (known.Version, old);
                if (latest.Version == 0 || latest.Value != value)
                {
                    latest = (Math.Max(latest.Version + 1, content.Next(secret)), value);
                    var record = new StoreRecord(true, secret, latest.Version, TimeProvider.System.GetUtcNow(), by, "", 0);
                    lines.Append((record with { Sealed = cipher.Seal(record.Claim, value) }).Text);
                    next[secret] = latest;
                }
                kept.Add(new(name, secret, latest.Version));
            }
            return (lines.ToString(), kept);
        }, cancellation);

    /// <inheritdoc/>
    public Task<SecretVersion?> Latest(string secret, CancellationToken cancellation)
        => Look(content => content.Latest(secret, record => Cipher(content).Opens(record)) is { } record ? new SecretVersion(name, secret, record.Version) : null, cancellation);

    /// <inheritdoc/>
    public Task<string> Read(SecretVersion version, CancellationToken cancellation) => Look(content =>
    {
        if (Value(content, version) is { } value)
            return value;
        // Somebody may have restored the line since it was read.
        _content = new();
        content = Refresh();
        return Value(content, version) ?? throw new SecretStoreException(
            $"{version} is damaged, in line {content.Claims(version.Name, version.Version)[0].Line} of {file}.", "Restore that line from a copy of the file, or set the secret again.");
    }, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<SecretEntry>> List(string prefix, CancellationToken cancellation) => Look<IReadOnlyList<SecretEntry>>(content =>
    [
        .. from named in content.Names
           where named.Key.StartsWith(prefix, StringComparison.Ordinal)
           orderby named.Key
           from record in named.Value.OrderBy(record => record.Version)
           let retired = content.Retirements(record.Name, record.Version)
           select new SecretEntry(new(name, record.Name, record.Version), record.At, record.By, retired.Count == 0 ? null : retired[0].At),
    ], cancellation);

    /// <inheritdoc/>
    public Task Retire(SecretVersion version, string by, CancellationToken cancellation) => Write((content, cipher) =>
    {
        if (content.Claims(version.Name, version.Version).Count == 0)
            throw new SecretMissingException(version);
        if (content.Retirements(version.Name, version.Version).Exists(cipher.Opens))
            return ("", true);
        var record = new StoreRecord(false, version.Name, version.Version, TimeProvider.System.GetUtcNow(), by, "", 0);
        return ((record with { Sealed = cipher.Seal(record.Claim, "") }).Text, true);
    }, cancellation);

    /// <summary>The numbers of all lines that do not count, rising: unreadable, not opening under the key, or a second one of a version.</summary>
    public Task<IReadOnlyList<int>> Damage(CancellationToken cancellation) => Look<IReadOnlyList<int>>(_ =>
    {
        _content = new();
        var content = Refresh();
        if (content.Header is null)
            return [];
        var (cipher, versions) = (Cipher(content), new HashSet<(string, int)>());
        var closed = content.Records.Where(record => !cipher.Opens(record) || (record.IsSet && !versions.Add((record.Name, record.Version))));
        return [.. content.Damaged.Concat(closed.Select(record => record.Line)).Order()];
    }, cancellation);

    /// <inheritdoc/>
    public Task Check(CancellationToken cancellation) => Look(content =>
    {
        if (content.Header is not { } header)
            return true;
        // What a key file says may have changed since it was read; a passphrase is in memory, and deriving from it is slow.
        if (header.Salt is null)
            Opened(header).Dispose();
        return Cipher(content) is not null;
    }, cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        _cipher?.Dispose();
        _turn.Dispose();
    }

    // Null for a damaged one.
    private string? Value(StoreContent content, SecretVersion version)
    {
        var claims = content.Claims(version.Name, version.Version);
        if (claims.Count == 0)
            throw new SecretMissingException(version);
        var cipher = Cipher(content);
        if (content.Retirements(version.Name, version.Version).Exists(cipher.Opens))
            throw new SecretMissingException(version);
        foreach (var claim in claims)
        {
            if (cipher.Open(claim.Claim, claim.Sealed) is { } value)
                return value;
        }
        return null;
    }

    private async Task<T> Look<T>(Func<StoreContent, T> look, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return look(Refresh());
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<T> Write<T>(Func<StoreContent, StoreCipher, (string Lines, T Result)> write, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            PrivateFolder.Create(Path.GetDirectoryName(file)!);
            using var held = await LockFile.TakeAsync(Lock, s_patience, cancellation)
                ?? throw new SecretStoreException($"Another process has been writing {file} for {s_patience.TotalSeconds:0} s.", "Find out which one holds its lock: fuser " + Lock);
            var content = Refresh();
            if (content.Header is null)
                content = Begin();
            var (lines, result) = write(content, Cipher(content));
            if (lines.Length > 0)
                Append(content, Encoding.UTF8.GetBytes(lines));
            return result;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"The secret store {file} cannot be written: {fault.Message.TrimEnd('.')}.", "Check its owner and the disk's free space.", fault);
        }
        finally
        {
            _turn.Release();
        }
    }

    // A torn line must not become the beginning of the next one.
    private void Append(StoreContent content, byte[] lines)
    {
        if (content.IsTorn)
        {
            var whole = new byte[content.Bytes];
            using (var old = OpenToRead())
                old.ReadExactly(whole);
            PrivateFile.Replace(file, [.. whole, .. lines]);
            return;
        }
        using var stream = PrivateFile.Open(file, FileMode.Append, FileShare.ReadWrite);
        stream.Write(lines);
        stream.Flush(flushToDisk: true);
    }

    private StoreContent Begin()
    {
        key.Prepare();
        var header = StoreHeader.New(key.MakesByPassphrase);
        using (var cipher = new StoreCipher(key.Material(header), header.Id))
            header = header with { Check = cipher.Seal(header.Claim, "") };
        PrivateFile.Replace(file, header.Line);
        return Refresh();
    }

    private StoreCipher Cipher(StoreContent content)
    {
        var header = content.Header ?? throw new SecretStoreException($"{file} is no secret store, or its first line is damaged.", "Restore its first line from a copy.");
        if (_cipher is not null && _cipherOf == header.Claim)
            return _cipher;
        _cipher?.Dispose();
        (_cipher, _cipherOf) = (Opened(header), header.Claim);
        return _cipher;
    }

    private StoreCipher Opened(StoreHeader header)
    {
        var cipher = new StoreCipher(key.Material(header), header.Id);
        if (cipher.Open(header.Claim, header.Check) is not null)
            return cipher;
        cipher.Dispose();
        throw new SecretStoreException($"The key is not the one that {file} was made with, or its first line is damaged.", $"Give the right one by {StoreKey.FileVariable} or {StoreKey.PassphraseVariable}, as the store was made.");
    }

    private StoreContent Refresh()
    {
        try
        {
            if (!System.IO.File.Exists(file))
                return _content = new();
            if (!isShared)
                SecretFile.RefuseOthers(file);
            using var stream = OpenToRead();
            if (!_content.IsBeginningOf(stream))
                _content = new();
            _content.ReadOn(stream);
            // The beginning of a first line alone was torn while the store was made: nothing is lost by making it again.
            if (_content.Header is null && !_content.IsUnbegun)
                throw new SecretStoreException($"{file} is no secret store, or its first line is damaged.", "Restore its first line from a copy.");
            return _content;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"The secret store {file} cannot be read: {fault.Message.TrimEnd('.')}.", "Check its path and owner.", fault);
        }
    }

    private FileStream OpenToRead() => new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
}
