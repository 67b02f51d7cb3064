using System.Text;

namespace Slipway.Targets.Processes.Logs;

/// <summary>Cuts bytes into lines: ends of lines taken off, longer ones cut at 16 KiB, bytes that are no UTF-8 replaced.</summary>
/// <param name="line">Told each line.</param>
internal sealed class LineSplitter(Action<string> line)
{
    /// <summary>The longest line, in bytes.</summary>
    public const int LengthMax = 16 * 1024;

    private readonly byte[] _pending = new byte[LengthMax];
    private int _length;
    private bool _cut;

    /// <summary>Takes more bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            Take(end < 0 ? bytes : bytes[..end]);
            if (end < 0)
                return;
            Emit();
            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>There are no more: what is left is a line too.</summary>
    public void End()
    {
        if (_length > 0 || _cut)
            Emit();
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        var room = Math.Min(bytes.Length, LengthMax - _length);
        bytes[..room].CopyTo(_pending.AsSpan(_length));
        _length += room;
        _cut |= room < bytes.Length;
    }

    private void Emit()
    {
        var bytes = _pending.AsSpan(0, _length);
        if (!_cut && bytes.Length > 0 && bytes[^1] == '\r')
            bytes = bytes[..^1];
        _length = 0;
        _cut = false;
        line(Encoding.UTF8.GetString(bytes));
    }
}
