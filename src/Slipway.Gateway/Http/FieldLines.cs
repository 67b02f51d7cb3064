namespace Slipway.Gateway.Http;

/// <summary>
/// The field lines of one head (RFC 9112, section 5), parsed strictly: what two readers could understand in two ways is
/// refused, never repaired. Used again for every head.
/// </summary>
internal sealed class FieldLines
{
    private const int NominatedMax = 16;

    private readonly (int At, int Length)[] _nominated = new (int, int)[NominatedMax];
    private Field[] _fields = new Field[32];
    private int _nominatedCount;
    private bool _hasTraceParent;

    /// <summary>The lines.</summary>
    public ReadOnlySpan<Field> All => _fields.AsSpan(0, Count);

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether Connection says <c>close</c>.</summary>
    public bool SaysClose { get; private set; }

    /// <summary>Whether Connection says <c>keep-alive</c>.</summary>
    public bool SaysKeepAlive { get; private set; }

    /// <summary>Whether Connection says <c>upgrade</c>.</summary>
    public bool SaysUpgrade { get; private set; }

    /// <summary>Whether TE says <c>trailers</c>: whoever sent it takes fields behind a body.</summary>
    public bool SaysTrailers { get; private set; }

    /// <summary>The value of the only Content-Length; -1 when there is none.</summary>
    public long ContentLength { get; private set; }

    /// <summary>Whether the only Transfer-Encoding is <c>chunked</c>.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>The index of the only Host; -1 when there is none.</summary>
    public int Host { get; private set; }

    /// <summary>The index of the Upgrade; -1 when there is none.</summary>
    public int Upgrade { get; private set; }

    /// <summary>The index of the Expect; -1 when there is none.</summary>
    public int Expect { get; private set; }

    /// <summary>The index of the X-Request-Id; -1 when there is none.</summary>
    public int RequestId { get; private set; }

    /// <summary>The index of the only traceparent; -1 when there is none or more than one.</summary>
    public int TraceParent { get; private set; }

    /// <summary>Reads the lines from a place in a head up to its empty line; gives the fault, or none.</summary>
    public HeadFault Parse(ReadOnlySpan<byte> head, int at)
    {
        Clear();
        while (true)
        {
            if (head[at] == '\r')
                return head[(at + 1)..] is [(byte)'\n'] ? HeadFault.None : HeadFault.ControlCharacter;
            if (Count == HttpLimits.FieldsMax)
                return HeadFault.TooManyFields;
            var fault = ParseLine(head, ref at);
            if (fault != HeadFault.None)
                return fault;
        }
    }

    /// <summary>Whether Connection names a field, which is then not passed on.</summary>
    public bool IsNominated(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _nominatedCount; i++)
        {
            if (Octets.Same(head.Slice(_nominated[i].At, _nominated[i].Length), name))
                return true;
        }
        return false;
    }

    /// <summary>Whether there is a field of a name.</summary>
    public bool Contains(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name) => IndexOf(head, name) >= 0;

    /// <summary>The value of the first field of a name; empty when there is none.</summary>
    public ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
        => IndexOf(head, name) is >= 0 and var index ? ValueOf(head, index) : default;

    /// <summary>Says that the expectation has been met here, so that it is not passed on.</summary>
    public void MeetExpectation() => Expect = -1;

    /// <summary>A field's value.</summary>
    public ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> head, int index)
        => head.Slice(_fields[index].ValueAt, _fields[index].ValueLength);

    private int IndexOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < Count; i++)
        {
            ref readonly var field = ref _fields[i];
            if (field.NameLength == name.Length && Octets.Same(head.Slice(field.NameAt, field.NameLength), name))
                return i;
        }
        return -1;
    }

    private void Clear()
    {
        Count = _nominatedCount = 0;
        SaysClose = SaysKeepAlive = SaysUpgrade = SaysTrailers = IsChunked = false;
        ContentLength = Host = Upgrade = Expect = RequestId = TraceParent = -1;
        _hasTraceParent = false;
    }

    private HeadFault ParseLine(ReadOnlySpan<byte> head, ref int at)
    {
        var rest = head[at..];
        var colon = rest.IndexOf((byte)':');
        if (rest[0] is (byte)' ' or (byte)'\t')
            return HeadFault.FoldedLine;
        if (colon <= 0 || !Octets.IsToken(rest[..colon]))
            return HeadFault.BadFieldName;
        var end = EndOfValue(rest, colon + 1);
        if (end < 0)
            return HeadFault.ControlCharacter;
        var value = rest[(colon + 1)..end];
        var valueAt = colon + 1;
        while (value is [(byte)' ' or (byte)'\t', ..])
        {
            value = value[1..];
            valueAt++;
        }
        while (value is [.., (byte)' ' or (byte)'\t'])
            value = value[..^1];
        if (Count == _fields.Length)
            Array.Resize(ref _fields, HttpLimits.FieldsMax);
        ref var field = ref _fields[Count];
        field.NameAt = at;
        field.NameLength = colon;
        field.ValueAt = at + valueAt;
        field.ValueLength = value.Length;
        field.Kind = FieldKinds.Of(rest[..colon]);
        at += end + 2;
        var fault = field.Kind == FieldKind.Other ? HeadFault.None : Note(field, value);
        Count++;
        return fault;
    }

    /// <summary>The place of the line's end; -1 when a control character other than a tab stands before it.</summary>
    private static int EndOfValue(ReadOnlySpan<byte> line, int from)
    {
        var at = from;
        while (true)
        {
            var control = line[at..].IndexOfAnyInRange((byte)0, (byte)0x1F);
            if (control < 0)
                return -1;
            at += control;
            if (line[at] != '\t')
                break;
            at++;
        }
        if (line[at] != '\r' || at + 1 >= line.Length || line[at + 1] != '\n')
            return -1;
        return line[from..at].Contains((byte)0x7F) ? -1 : at;
    }

    private HeadFault Note(in Field field, ReadOnlySpan<byte> value)
    {
        switch (field.Kind)
        {
            case FieldKind.Host when Host >= 0:
                return HeadFault.RepeatedHost;
            case FieldKind.Host:
                Host = Count;
                return HeadFault.None;
            case FieldKind.ContentLength:
                if (ContentLength >= 0)
                    return HeadFault.RepeatedLength;
                if (!Octets.TryLength(value, out var length))
                    return HeadFault.BadLength;
                ContentLength = length;
                return IsChunked ? HeadFault.LengthAndCoding : HeadFault.None;
            case FieldKind.TransferEncoding:
                if (IsChunked || !Octets.Same(value, "chunked"u8))
                    return HeadFault.UnknownCoding;
                IsChunked = true;
                return ContentLength >= 0 ? HeadFault.LengthAndCoding : HeadFault.None;
            case FieldKind.Connection:
                return NoteConnection(field, value);
            case FieldKind.Upgrade when Upgrade >= 0:
                return HeadFault.RepeatedUpgrade;
            case FieldKind.Upgrade:
                Upgrade = Count;
                return HeadFault.None;
            case FieldKind.Expect when Expect >= 0 || !Octets.Same(value, "100-continue"u8):
                return HeadFault.UnknownExpectation;
            case FieldKind.Expect:
                Expect = Count;
                return HeadFault.None;
            case FieldKind.RequestId:
                RequestId = RequestId < 0 ? Count : RequestId;
                return HeadFault.None;
            case FieldKind.OneHop when field.NameLength == 2:
                SaysTrailers |= Octets.HasItem(value, "trailers"u8);
                return HeadFault.None;
            case FieldKind.TraceParent:
                TraceParent = _hasTraceParent ? -1 : Count;
                _hasTraceParent = true;
                return HeadFault.None;
            default:
                return HeadFault.None;
        }
    }

    private HeadFault NoteConnection(in Field field, ReadOnlySpan<byte> value)
    {
        var at = 0;
        while (at <= value.Length)
        {
            var comma = value[at..].IndexOf((byte)',');
            var raw = comma < 0 ? value[at..] : value.Slice(at, comma);
            var option = Octets.Trim(raw);
            if (Octets.Same(option, "close"u8))
                SaysClose = true;
            else if (Octets.Same(option, "keep-alive"u8))
                SaysKeepAlive = true;
            else if (Octets.Same(option, "upgrade"u8))
                SaysUpgrade = true;
            else if (!option.IsEmpty)
            {
                if (!Octets.IsToken(option) || _nominatedCount == NominatedMax)
                    return HeadFault.BadConnection;
                raw.Overlaps(option, out var offset);
                _nominated[_nominatedCount++] = (field.ValueAt + at + offset, option.Length);
            }
            at += raw.Length + 1;
        }
        return HeadFault.None;
    }
}
