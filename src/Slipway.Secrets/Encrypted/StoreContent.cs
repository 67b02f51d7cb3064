using System.Text;

namespace Slipway.Secrets.Encrypted;

/// <summary>
/// What the file of a store holds, as far as it has been read. Lines are only ever added, so a later look reads what is new.
/// A last line without its line break was torn by a crash and does not count. What a line claims is not proven here: a damaged one
/// may name any secret and version, so none of them ever takes the place of another.
/// </summary>
internal sealed class StoreContent
{
    private readonly Dictionary<string, List<StoreRecord>> _set = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StoreRecord>> _retired = new(StringComparer.Ordinal);
    private readonly List<int> _damaged = [];
    private byte[] _lastLine = [];
    private int _lines;

    /// <summary>The first line; null for an empty file.</summary>
    public StoreHeader? Header { get; private set; }

    /// <summary>The bytes of whole lines.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a torn line follows them.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Whether what there is can only be the beginning of a store, or nothing: no whole line, and no other text.</summary>
    public bool IsUnbegun { get; private set; } = true;

    /// <summary>The numbers of lines that cannot be read.</summary>
    public IReadOnlyList<int> Damaged => _damaged;

    /// <summary>The names, each with the lines that claim to set a version of it.</summary>
    public IReadOnlyDictionary<string, List<StoreRecord>> Names => _set;

    /// <summary>Every line that sets or retires.</summary>
    public IEnumerable<StoreRecord> Records => _set.Values.Concat(_retired.Values).SelectMany(records => records).OrderBy(record => record.Line);

    /// <summary>The lines that claim to set a version; one, unless something was damaged or two copies were merged.</summary>
    public List<StoreRecord> Claims(string name, int version) => _set.TryGetValue(name, out var all) ? all.FindAll(record => record.Version == version) : [];

    /// <summary>The lines that claim to retire a version.</summary>
    public List<StoreRecord> Retirements(string name, int version) => _retired.TryGetValue($"{name}#{version}", out var records) ? records : [];

    /// <summary>The highest version that is not retired; null for none.</summary>
    /// <param name="name">The secret.</param>
    /// <param name="isRetired">Whether a line that claims to retire a version is to be believed.</param>
    public StoreRecord? Latest(string name, Predicate<StoreRecord> isRetired)
    {
        StoreRecord? latest = null;
        foreach (var record in _set.TryGetValue(name, out var all) ? all : [])
        {
            if ((latest is null || record.Version > latest.Version) && !Retirements(name, record.Version).Exists(isRetired))
                latest = record;
        }
        return latest;
    }

    /// <summary>The number of the next version.</summary>
    /// <exception cref="SecretStoreException">Numbers have come to their end, which only a tampered line can bring about.</exception>
    public int Next(string name)
    {
        if (!_set.TryGetValue(name, out var all))
            return 1;
        var latest = all.MaxBy(record => record.Version)!;
        return latest.Version < StoreRecord.VersionMax ? latest.Version + 1
            : throw new SecretStoreException($"There is no number left for a new version of {name}.", $"Look at line {latest.Line} of the store: nobody sets a secret that often.");
    }

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
        IsUnbegun = Bytes == 0 && StoreHeader.IsBeginning(text);
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
        if (record.IsSet)
            Add(_set, record.Name, record);
        else
            Add(_retired, $"{record.Name}#{record.Version}", record);
    }

    private static void Add(Dictionary<string, List<StoreRecord>> records, string key, StoreRecord record)
    {
        if (!records.TryGetValue(key, out var list))
            records[key] = list = [];
        list.Add(record);
    }
}
