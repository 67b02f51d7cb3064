using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Slipway.Gateway.Hosting;

namespace Slipway.Gateway.Callers;

/// <summary>
/// Those who come with a key: a file with a line for each, <c>NAME SHA256 [ROLE,...]</c>, where the second is the hash of the
/// key in hexadecimal. Keys are random (<c>slipway gateway key</c>), so that a hash that is quickly made gives nothing away. The file is
/// read again when it changes; while it is damaged, what was read before holds.
/// </summary>
internal sealed class CallerFile : IProofSource
{
    private const int HashHexLength = 2 * SHA256.HashSizeInBytes;
    private const long BytesMax = 16 * 1024 * 1024;

    private readonly string _path;
    private readonly GatewayLog _log;
    private volatile FrozenDictionary<string, Caller>? _callers;
    private (DateTime, long) _stamp;
    private bool _isFaulty;

    /// <summary>Reads one.</summary>
    public CallerFile(string path, GatewayLog log)
    {
        (_path, _log) = (path, log);
        Look();
    }

    /// <inheritdoc/>
    public bool IsReady => _callers is not null;

    /// <summary>Whose key it is; null for nobody's. By its hash: how long the search takes says nothing about any key.</summary>
    public Caller? Find(ReadOnlySpan<byte> key)
    {
        if (_callers is not { } callers || key.IsEmpty)
            return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        Span<char> text = stackalloc char[HashHexLength];
        Convert.TryToHexStringLower(hash, text, out _);
        return callers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var caller) ? caller : null;
    }

    /// <inheritdoc/>
    public void Look()
    {
        try
        {
            var file = new FileInfo(_path);
            if (!file.Exists)
                throw new FileNotFoundException("It is not there.");
            var stamp = (file.LastWriteTimeUtc, file.Length);
            if (stamp == _stamp)
                return;
            if (file.Length > BytesMax)
                throw new InvalidDataException("It is longer than 16 MiB.");
            _callers = Read(File.ReadLines(_path, Encoding.UTF8));
            _stamp = stamp;
            _isFaulty = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            if (!_isFaulty)
                _log.Warn("the file of callers cannot be used; what was read before holds", ("file", _path), ("fault", e.Message));
            _isFaulty = true;
        }
    }

    private static FrozenDictionary<string, Caller> Read(IEnumerable<string> lines)
    {
        var callers = new Dictionary<string, Caller>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            var words = line.Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (words is [] || words[0].StartsWith('#'))
                continue;
            if (words.Length > 3 || words.Length < 2 || words[1].Length != HashHexLength || words[1].AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF"))
                throw new InvalidDataException($"Line {number} is not NAME SHA256 [ROLE,...].");
            if (words[0].AsSpan().ContainsAnyExceptInRange('!', '~') || words[0].AsSpan().ContainsAny(':', '%'))
                throw new InvalidDataException($"The name in line {number} is not plain ASCII without : and %.");
            callers[words[1].ToLowerInvariant()] = new(words[0], words.Length == 3 ? words[2].Split(',', StringSplitOptions.RemoveEmptyEntries) : []);
        }
        return callers.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
