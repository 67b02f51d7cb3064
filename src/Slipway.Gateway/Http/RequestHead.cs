using Slipway.Core.Routing;

namespace Slipway.Gateway.Http;

/// <summary>
/// The head of a request (RFC 9112, section 3), parsed strictly. It holds places into the buffer that it was read from,
/// which must stay as it is while the head is in use. Used again for every request.
/// </summary>
internal sealed class RequestHead
{
    private int _methodLength;
    private int _targetAt;
    private int _targetLength;
    private int _pathLength;
    private int _queryAt;
    private int _queryLength;
    private int _authorityAt;
    private int _authorityLength;

    /// <summary>The field lines.</summary>
    public FieldLines Fields { get; } = new();

    /// <summary>0 or 1.</summary>
    public int MinorVersion { get; private set; }

    /// <summary>Whether it is a HEAD request, whose answer has no body.</summary>
    public bool IsHead { get; private set; }

    /// <summary>Whether sending it twice does no more than sending it once (RFC 9110, section 9.2.2).</summary>
    public bool IsIdempotent { get; private set; }

    /// <summary>Whether it is <c>OPTIONS *</c>, which asks about the gateway itself.</summary>
    public bool IsAsterisk { get; private set; }

    /// <summary>Whether a body follows.</summary>
    public bool HasBody => Fields.IsChunked || Fields.ContentLength > 0;

    /// <summary>Whether the client keeps the connection for another request.</summary>
    public bool KeepsAlive => !Fields.SaysClose && (MinorVersion == 1 || Fields.SaysKeepAlive);

    /// <summary>Whether it asks for another protocol that can be passed through: not HTTP/2, not with a body, not on 1.0.</summary>
    public bool WantsUpgrade { get; private set; }

    /// <summary>The method.</summary>
    public ReadOnlySpan<byte> Method(ReadOnlySpan<byte> head) => head[.._methodLength];

    /// <summary>The path in its normal form; <c>/</c> when the target has none.</summary>
    public ReadOnlySpan<byte> Path(ReadOnlySpan<byte> head)
        => _pathLength == 0 ? "/"u8 : head.Slice(_targetAt, _pathLength);

    /// <summary>The query with its question mark; empty when there is none.</summary>
    public ReadOnlySpan<byte> Query(ReadOnlySpan<byte> head) => head.Slice(_queryAt, _queryLength);

    /// <summary>The host with its port as received; empty when there is none.</summary>
    public ReadOnlySpan<byte> Authority(ReadOnlySpan<byte> head) => head.Slice(_authorityAt, _authorityLength);

    /// <summary>The host without its port.</summary>
    public ReadOnlySpan<byte> HostName(ReadOnlySpan<byte> head)
    {
        var authority = Authority(head);
        var end = authority is [(byte)'[', ..] ? authority.IndexOf((byte)']') + 1 : authority.IndexOf((byte)':');
        return end <= 0 ? authority : authority[..end];
    }

    /// <summary>Parses a whole head, which ends in its empty line, and brings its path into the normal form in place.</summary>
    public HeadFault Parse(Span<byte> head)
    {
        var lineEnd = head.IndexOf("\r\n"u8);
        if (lineEnd > HttpLimits.StartLineBytesMax)
            return HeadFault.TargetTooLong;
        var fault = ParseRequestLine(head[..lineEnd]);
        if (fault == HeadFault.None)
            fault = Fields.Parse(head, lineEnd + 2);
        if (fault == HeadFault.None)
            fault = ParseTarget(head);
        if (fault != HeadFault.None)
            return fault;
        if (MinorVersion == 0 && Fields.IsChunked)
            return HeadFault.UnknownCoding;
        if (MinorVersion == 0 && Fields.ContentLength < 0 && (Method(head).SequenceEqual("POST"u8) || Method(head).SequenceEqual("PUT"u8)))
            return HeadFault.LengthMissing;
        WantsUpgrade = Fields.SaysUpgrade && Fields.Upgrade >= 0 && MinorVersion == 1 && !HasBody && !IsHead
            && IsPassableProtocol(Fields.ValueOf(head, Fields.Upgrade));
        return HeadFault.None;
    }

    private HeadFault ParseRequestLine(ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        if (space <= 0 || space > HttpLimits.MethodBytesMax || !Octets.IsToken(line[..space]))
            return HeadFault.BadStartLine;
        _methodLength = space;
        var rest = line[(space + 1)..];
        var second = rest.IndexOf((byte)' ');
        if (second <= 0)
            return HeadFault.BadStartLine;
        _targetAt = space + 1;
        _targetLength = second;
        if (!Octets.IsVisible(rest[..second]) || rest[..second].Contains((byte)'#'))
            return HeadFault.BadTarget;
        var version = rest[(second + 1)..];
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != '.'
            || version[5] is < (byte)'0' or > (byte)'9' || version[7] is < (byte)'0' or > (byte)'9')
            return HeadFault.BadStartLine;
        if (version[5] != '1' || version[7] > '1')
            return HeadFault.UnknownVersion;
        MinorVersion = version[7] - '0';
        return ClassifyMethod(line[..space]);
    }

    private HeadFault ClassifyMethod(ReadOnlySpan<byte> method)
    {
        IsHead = method.SequenceEqual("HEAD"u8);
        IsIdempotent = IsHead || method.SequenceEqual("GET"u8) || method.SequenceEqual("OPTIONS"u8)
            || method.SequenceEqual("PUT"u8) || method.SequenceEqual("DELETE"u8);
        return method.SequenceEqual("CONNECT"u8) || method.SequenceEqual("TRACE"u8)
            ? HeadFault.MethodNotServed
            : HeadFault.None;
    }

    private HeadFault ParseTarget(Span<byte> head)
    {
        _authorityAt = _authorityLength = 0;
        if (Fields.Host >= 0)
        {
            var field = Fields.All[Fields.Host];
            (_authorityAt, _authorityLength) = (field.ValueAt, field.ValueLength);
            // No URI of http has an empty host (RFC 9110, section 4.2.1).
            if (field.ValueLength == 0)
                return HeadFault.BadHost;
        }
        else if (MinorVersion == 1)
        {
            return HeadFault.BadHost;
        }
        if (!IsAuthority(Authority(head)))
            return HeadFault.BadHost;
        ReadOnlySpan<byte> target = head.Slice(_targetAt, _targetLength);
        IsAsterisk = target is [(byte)'*'] && Method(head).SequenceEqual("OPTIONS"u8);
        if (!IsAsterisk && target[0] != '/')
        {
            var fault = ParseAbsolute(head, target);
            if (fault != HeadFault.None)
                return fault;
            target = head.Slice(_targetAt, _targetLength);
        }
        var query = target.IndexOf((byte)'?');
        _pathLength = query < 0 ? _targetLength : query;
        _queryAt = _targetAt + _pathLength;
        _queryLength = _targetLength - _pathLength;
        return IsAsterisk || NormalisePath(head.Slice(_targetAt, _pathLength)) ? HeadFault.None : HeadFault.BadTarget;
    }

    /// <summary>Brings the path into its normal form where it stands; that is never longer.</summary>
    private bool NormalisePath(Span<byte> path)
    {
        if (path.IsEmpty || RequestPath.IsNormal(path))
            return true;
        var isNormal = RequestPath.TryNormalise(path, path, out var length);
        _pathLength = length;
        return isNormal;
    }

    /// <summary>Takes scheme and authority off a target in absolute form; the authority must be the one of Host.</summary>
    private HeadFault ParseAbsolute(ReadOnlySpan<byte> head, ReadOnlySpan<byte> target)
    {
        var scheme = target.Length > 7 && Octets.Same(target[..7], "http://"u8) ? 7
            : target.Length > 8 && Octets.Same(target[..8], "https://"u8) ? 8 : 0;
        if (scheme == 0)
            return HeadFault.BadTarget;
        var end = target[scheme..].IndexOfAny((byte)'/', (byte)'?');
        var authority = end < 0 ? target[scheme..] : target.Slice(scheme, end);
        if (authority.IsEmpty || !IsAuthority(authority))
            return HeadFault.BadTarget;
        if (Fields.Host >= 0 && !Octets.Same(authority, Authority(head)))
            return HeadFault.HostMismatch;
        (_authorityAt, _authorityLength) = (_targetAt + scheme, authority.Length);
        _targetAt += scheme + authority.Length;
        _targetLength -= scheme + authority.Length;
        return HeadFault.None;
    }

    private static bool IsAuthority(ReadOnlySpan<byte> authority)
    {
        if (authority.Length > HttpLimits.HostBytesMax || !Octets.IsHost(authority))
            return false;
        var port = authority.LastIndexOf((byte)':');
        if (authority is [(byte)'[', ..])
        {
            var close = authority.IndexOf((byte)']');
            return close > 0 && (close == authority.Length - 1 || (port == close + 1 && IsPort(authority[(port + 1)..])));
        }
        return authority.IndexOfAny((byte)'[', (byte)']') < 0
            && (port < 0 || (authority.IndexOf((byte)':') == port && port > 0 && IsPort(authority[(port + 1)..])));
    }

    private static bool IsPort(ReadOnlySpan<byte> text)
        => text.Length <= 5 && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    private static bool IsPassableProtocol(ReadOnlySpan<byte> protocol)
        => Octets.IsToken(protocol.IndexOf((byte)'/') is var slash and > 0 ? protocol[..slash] : protocol)
            && !(protocol.Length >= 2 && Octets.Same(protocol[..2], "h2"u8))
            && !Octets.Same(protocol, "tls/1.0"u8);
}
