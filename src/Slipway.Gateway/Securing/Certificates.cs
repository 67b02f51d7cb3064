using System.Collections.Frozen;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Securing;

/// <summary>
/// Whom the gateway is, by the names that clients ask for (SNI): every <c>NAME.crt</c> of a folder with its <c>NAME.key</c>,
/// both PEM, the chain behind the certificate. Looked at again every two seconds; a pair that cannot be used leaves the one
/// that was used for it before, and concerns no other. Connections keep what they were greeted with.
/// </summary>
internal sealed class Certificates
{
    /// <summary>How often the folder is looked at.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private const int PairsMax = 1000;
    private const int FileBytesMax = 1024 * 1024;

    private readonly List<SslApplicationProtocol> _protocols;
    private readonly string _folder;
    private readonly GatewayLog _log;
    private readonly Lock _lock = new();
    private Dictionary<string, Pair> _pairs = [];
    private string? _folderFault;
    private volatile Shown _shown = new(FrozenDictionary<string, SslServerAuthenticationOptions>.Empty, null);

    /// <summary>Reads the folder once.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="speaksHttp2">Whether clients are offered HTTP/2.</param>
    /// <param name="log">Where it says what happens.</param>
    public Certificates(string folder, bool speaksHttp2, GatewayLog log)
    {
        _protocols = speaksHttp2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11];
        _folder = folder;
        _log = log;
        Look();
    }

    /// <summary>Whether a name has a certificate of its own.</summary>
    public bool Serves(string name) => _shown.ByName.ContainsKey(name);

    /// <summary>Looks at the folder again, and shows what has changed.</summary>
    public void Look()
    {
        lock (_lock)
        {
            var pairs = new Dictionary<string, Pair>(StringComparer.Ordinal);
            foreach (var path in Files())
            {
                var name = Path.GetFileNameWithoutExtension(path);
                var known = _pairs.GetValueOrDefault(name);
                pairs.Add(name, Read(path, known));
            }
            var isSame = pairs.Count == _pairs.Count && pairs.All(pair => ReferenceEquals(_pairs.GetValueOrDefault(pair.Key)?.Options, pair.Value.Options));
            _pairs = pairs;
            if (!isSame)
                Show();
        }
    }

    /// <summary>Chooses for a client that greets: its name, the wildcard above it, else the first there is.</summary>
    /// <exception cref="AuthenticationException">There is no certificate at all.</exception>
    public ValueTask<SslServerAuthenticationOptions> Select(SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken cancellation)
    {
        var shown = _shown;
        var name = hello.ServerName.ToLowerInvariant();
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var options = shown.ByName.GetValueOrDefault(name)
            ?? (dot > 0 ? shown.ByName.GetValueOrDefault($"*{name[dot..]}") : null)
            ?? shown.First
            ?? throw new AuthenticationException("There is no certificate that can be used.");
        return new(options);
    }

    private string[] Files()
    {
        try
        {
            var files = Directory.GetFiles(_folder, "*.crt");
            _folderFault = null;
            Array.Sort(files, StringComparer.Ordinal);
            return files.Length <= PairsMax ? files : files[..PairsMax];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_folderFault != e.Message)
                _log.Error("the folder of certificates cannot be read; those in use stay", ("folder", _folder), ("fault", e.Message));
            _folderFault = e.Message;
            return [.. _pairs.Keys.Select(name => Path.Combine(_folder, name + ".crt"))];
        }
    }

    private Pair Read(string path, Pair? known)
    {
        var stamp = Stamp(path);
        if (known is not null && known.Stamp == stamp)
            return known;
        try
        {
            var options = Load(path, out var names, out var ends);
            _log.Info("a certificate is in use", ("file", path), ("names", string.Join(", ", names)), ("ends", ends.ToString("u")));
            return new(stamp, options, names);
        }
        // A damaged key makes the framework throw almost anything, such as that its curve is not of this platform.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _log.Error(
                known?.Options is null ? "a certificate cannot be used" : "a certificate cannot be used; the one before stays",
                ("file", path), ("fault", e.Message));
            return new(stamp, known?.Options, known?.Names ?? []);
        }
    }

    private SslServerAuthenticationOptions Load(string path, out string[] names, out DateTimeOffset ends)
    {
        var keyPath = Path.ChangeExtension(path, ".key");
        var leaf = X509Certificate2.CreateFromPem(ReadText(path), ReadText(keyPath));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(ReadText(path));
        ends = new(leaf.NotAfter.ToUniversalTime());
        names = [.. NamesOf(leaf).Select(static name => name.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
        return new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
            ApplicationProtocols = _protocols,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowRenegotiation = false,
            AllowTlsResume = true,
        };
    }

    private static string ReadText(string path)
        => new FileInfo(path) is { Length: > FileBytesMax } ? throw new IOException($"{path} is longer than 1 MiB.") : File.ReadAllText(path);

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate)
    {
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return alternatives is not null
            ? alternatives.EnumerateDnsNames().Concat(alternatives.EnumerateIPAddresses().Select(static address => address.ToString()))
            : [certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false)];
    }

    private static (long, DateTime, long, DateTime) Stamp(string path)
    {
        var certificate = new FileInfo(path);
        var key = new FileInfo(Path.ChangeExtension(path, ".key"));
        return (certificate.Exists ? certificate.Length : -1, certificate.LastWriteTimeUtc, key.Exists ? key.Length : -1, key.LastWriteTimeUtc);
    }

    private void Show()
    {
        var byName = new Dictionary<string, SslServerAuthenticationOptions>(StringComparer.Ordinal);
        SslServerAuthenticationOptions? first = null;
        foreach (var (_, pair) in _pairs.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (pair.Options is null)
                continue;
            first ??= pair.Options;
            foreach (var name in pair.Names)
                byName.TryAdd(name, pair.Options);
        }
        _shown = new(byName.ToFrozenDictionary(StringComparer.Ordinal), first);
    }

    private sealed record Pair((long, DateTime, long, DateTime) Stamp, SslServerAuthenticationOptions? Options, string[] Names);

    private sealed record Shown(FrozenDictionary<string, SslServerAuthenticationOptions> ByName, SslServerAuthenticationOptions? First);
}
