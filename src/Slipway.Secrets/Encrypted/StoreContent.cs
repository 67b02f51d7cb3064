using System.Text;

namespace Slipway.Secrets.Encrypted;

/// <summary>
/// What the file of a store holds, as far as it has been read. Lines are only ever added, so a later look reads what is new.
/// A last line without its line break was torn by a crash and does not count.
/// </summary>
internal sealed class StoreContent
{
    private readonly Dictionary<string, List<StoreRecord>> _set = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoreRecord> _retired = new(StringComparer.Ordinal);
    private readonly List<int> _damaged = [];
    private byte[] _lastLine = [];
    private int _lines;

    /// <summary>The first line; null for an empty file.</summary>
    public StoreHeader? Header { get; private set; }

    /// <summary>The bytes of whole lines.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a torn line follows them.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>The numbers of lines that cannot be read.</summary>
    public IReadOnlyList<int> Damaged => _damaged;

    /// <summary>The names, each with its versions, rising.</summary>
    public IReadOnlyDictionary<string, List<StoreRecord>> Names => _set;

    /// <summary>A version; null for none of that number.</summary>
    public StoreRecord? Find(string name, int version) => _set.TryGetValue(name, out var versions) ? versions.Find(record => record.Version == version) : null;

    /// <summary>The retirement of a version; null while it is in use.</summary>
    public StoreRecord? Retirement(string name, int version) => _retired.GetValueOrDefault($"{name}#{version}");

    /// <summary>The latest version that is not retired; null for none.</summary>
    public StoreRecord? Latest(string name)
        => _set.TryGetValue(name, out var versions) ? versions.FindLast(record => Retirement(name, record.Version) is null) : null;

    /// <summary>The number of the next version.</summary>
    public int Next(string name) => _set.TryGetValue(name, out var versions) ? versions[^1].Version + 1 : 1;

    /// <summary>Whether a file still begins with what was read: it was added to, and not replaced by another.</summary>
    public bool IsBeginningOf(Stream file)
    {
        if (file.Length < Bytes)
            return false;
        var last = new byte[_lastLine.Length];
        file.Position = Bytes - last.Length;
        file.ReadExactly(last);
        return last.AsSpan().SequenceEqual(_lastLine);
    }

    /// <summary>Reads on from where it stopped.</summary>
    public void ReadOn(Stream file)
    {
        var rest = new byte[file.Length - Bytes];
        file.Position = Bytes;
        var count = file.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false);
        var text = rest.AsSpan(0, count);
        while (text.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Take(Encoding.UTF8.GetString(text[..end]));
            _lastLine = text[..(end + 1)].ToArray();
            Bytes += end + 1;
            text = text[(end + 1)..];
        }
        IsTorn = text.Length > 0;
    }

    private void Take(string line)
    {
        _lines++;
        if (_lines == 1)
        {
            Header = StoreHeader.Read(line);
            if (Header is null)
                _damaged.Add(1);
            return;
        }
        if (StoreRecord.Read(line, _lines) is not { } record)
        {
            _damaged.Add(_lines);
            return;
        }
        if (!record.IsSet)
        {
            _retired.TryAdd($"{record.Name}#{record.Version}", record);
            return;
        }
        if (!_set.TryGetValue(record.Name, out var versions))
            _set[record.Name] = versions = [];
        // Versions rise and never change: a line that says otherwise is none of ours.
        if (versions.Count > 0 && versions[^1].Version >= record.Version)
            _damaged.Add(_lines);
        else
            versions.Add(record);
    }
}
