using System.Diagnostics.CodeAnalysis;

namespace Slipway.Cli.Connection;

/// <summary>Cuts a stream of bytes into the data of server-sent events. Comments, ids and event names are passed over.</summary>
internal sealed class EventLines
{
    private readonly MemoryStream _line = new();
    private readonly MemoryStream _data = new();
    private readonly Queue<byte[]> _ready = new();

    /// <summary>Takes the next bytes, cut anywhere.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                _line.Write(bytes);
                return;
            }
            _line.Write(bytes[..end]);
            EndLine(_line.GetBuffer().AsSpan(0, (int)_line.Length).TrimEnd((byte)'\r'));
            _line.SetLength(0);
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>The next whole event's data.</summary>
    public bool TryTake([NotNullWhen(true)] out byte[]? data) => _ready.TryDequeue(out data);

    private void EndLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            if (_data.Length > 0)
                _ready.Enqueue(_data.ToArray());
            _data.SetLength(0);
        }
        else if (line.StartsWith("data:"u8))
        {
            if (_data.Length > 0)
                _data.WriteByte((byte)'\n');
            var value = line["data:"u8.Length..];
            _data.Write(value.StartsWith(" "u8) ? value[1..] : value);
        }
    }
}
