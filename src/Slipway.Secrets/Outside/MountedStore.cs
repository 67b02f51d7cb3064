namespace Slipway.Secrets.Outside;

/// <summary>Reads secrets that something else mounts as files, as container engines do under <c>/run/secrets</c>. The last line break does not count.</summary>
/// <param name="name">Its name in references.</param>
/// <param name="folder">The folder, absolute.</param>
/// <param name="prefix">What comes before every name; empty for nothing.</param>
internal sealed class MountedStore(string name, string folder, string prefix) : OutsideStore(name)
{
    private const int BytesMax = 64 * 1024;

    protected override string Where => $"the files of {folder}";

    protected override string? Find(string secret)
    {
        var path = Path.Combine(folder, prefix + secret);
        try
        {
            var text = SecretFile.ReadText(path, BytesMax);
            return text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"The secret file {path} cannot be read: {fault.Message.TrimEnd('.')}.", "Let the user that runs this read it.", fault);
        }
    }

    protected override IEnumerable<string> Names()
        => !Directory.Exists(folder) ? [] : new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file.FullName))
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal) && SecretReference.IsName(path[prefix.Length..]))
            .Select(path => path[prefix.Length..]);
}
