using System.Runtime.InteropServices;

namespace Slipway.Gateway.Http;

/// <summary>A field line, as places in its head.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Field
{
    /// <summary>Where the name begins.</summary>
    public int NameAt;

    /// <summary>How long the name is.</summary>
    public int NameLength;

    /// <summary>Where the value begins, without the space before it.</summary>
    public int ValueAt;

    /// <summary>How long the value is, without the space after it.</summary>
    public int ValueLength;

    /// <summary>Which field it is, when it is one that the gateway looks at.</summary>
    public FieldKind Kind;
}

/// <summary>The fields that the gateway looks at; everything else is passed on as it is.</summary>
internal enum FieldKind
{
    /// <summary>Any other.</summary>
    Other,

    /// <summary>Host.</summary>
    Host,

    /// <summary>Connection.</summary>
    Connection,

    /// <summary>Content-Length.</summary>
    ContentLength,

    /// <summary>Transfer-Encoding.</summary>
    TransferEncoding,

    /// <summary>Expect.</summary>
    Expect,

    /// <summary>Upgrade.</summary>
    Upgrade,

    /// <summary>Keep-Alive.</summary>
    KeepAlive,

    /// <summary>TE, Trailer, Proxy-Connection, Proxy-Authorization, HTTP2-Settings: meant for one hop and dropped.</summary>
    OneHop,

    /// <summary>X-Forwarded-*, Forwarded, X-Real-IP, X-Csp-Nonce: said anew, since a client could say anything.</summary>
    Forwarded,

    /// <summary>X-Request-Id.</summary>
    RequestId,

    /// <summary>Cookie.</summary>
    Cookie,

    /// <summary>traceparent.</summary>
    TraceParent,

    /// <summary>Authorization.</summary>
    Authorization,

    /// <summary>X-Api-Key.</summary>
    ApiKey,

    /// <summary>Access-Control-*.</summary>
    CrossOrigin,
}

/// <summary>Tells the fields apart.</summary>
internal static class FieldKinds
{
    /// <summary>Which field a name names.</summary>
    public static FieldKind Of(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 => Is(name, "te"u8, FieldKind.OneHop),
        4 => Is(name, "host"u8, FieldKind.Host),
        6 => Octets.Same(name, "cookie"u8) ? FieldKind.Cookie : Is(name, "expect"u8, FieldKind.Expect),
        7 => Octets.Same(name, "upgrade"u8) ? FieldKind.Upgrade : Is(name, "trailer"u8, FieldKind.OneHop),
        9 when Octets.Same(name, "x-api-key"u8) => FieldKind.ApiKey,
        9 => Octets.Same(name, "forwarded"u8) ? FieldKind.Forwarded : Is(name, "x-real-ip"u8, FieldKind.Forwarded),
        10 => Octets.Same(name, "connection"u8) ? FieldKind.Connection : Is(name, "keep-alive"u8, FieldKind.KeepAlive),
        11 => Octets.Same(name, "traceparent"u8) ? FieldKind.TraceParent : Is(name, "x-csp-nonce"u8, FieldKind.Forwarded),
        12 => Is(name, "x-request-id"u8, FieldKind.RequestId),
        13 when Octets.Same(name, "authorization"u8) => FieldKind.Authorization,
        14 when Octets.Same(name, "content-length"u8) => FieldKind.ContentLength,
        14 => Is(name, "http2-settings"u8, FieldKind.OneHop),
        16 when Octets.Same(name, "proxy-connection"u8) => FieldKind.OneHop,
        17 when Octets.Same(name, "transfer-encoding"u8) => FieldKind.TransferEncoding,
        19 when Octets.Same(name, "proxy-authorization"u8) => FieldKind.OneHop,
        > 15 when Octets.Same(name[..15], "access-control-"u8) => FieldKind.CrossOrigin,
        > 12 when Octets.Same(name[..12], "x-forwarded-"u8) => FieldKind.Forwarded,
        _ => FieldKind.Other,
    };

    /// <summary>The kind as one bit of several.</summary>
    public static int Bit(FieldKind kind) => 1 << (int)kind;

    private static FieldKind Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known, FieldKind kind)
        => Octets.Same(name, known) ? kind : FieldKind.Other;
}
