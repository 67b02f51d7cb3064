using System.Text;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>An answer that the gateway gives itself, as a problem document (RFC 9457).</summary>
internal sealed class OwnAnswer
{
    /// <summary>No route matches.</summary>
    public static readonly OwnAnswer NoRoute = new(404, "Not Found", "No route leads there.");

    /// <summary>No release can take the request.</summary>
    public static readonly OwnAnswer NoInstance = new(503, "Service Unavailable", "No instance can take the request at the moment.", retryAfterSeconds: 1);

    /// <summary>Too many connections.</summary>
    public static readonly OwnAnswer TooManyConnections = new(503, "Service Unavailable", "The gateway has as many connections as it may.", retryAfterSeconds: 1);

    /// <summary>One client has too many.</summary>
    public static readonly OwnAnswer TooManyOfClient = new(429, "Too Many Requests", "There are as many connections of this address as it may have.", retryAfterSeconds: 1);

    /// <summary>The instance refused the connection.</summary>
    public static readonly OwnAnswer Unreachable = new(502, "Bad Gateway", "The instance takes no connections.");

    /// <summary>The instance broke the connection before it answered.</summary>
    public static readonly OwnAnswer Unanswered = new(502, "Bad Gateway", "The instance ended the connection before it answered.");

    /// <summary>The instance's answer breaks the rules of HTTP.</summary>
    public static readonly OwnAnswer BadUpstream = new(502, "Bad Gateway", "The instance gave an answer that is not proper HTTP.");

    /// <summary>The instance did not answer in time.</summary>
    public static readonly OwnAnswer Late = new(504, "Gateway Timeout", "The instance did not answer in time.");

    /// <summary>The address may not ask.</summary>
    public static readonly OwnAnswer AddressRefused = new(403, "Forbidden", "Requests from this address are not taken here.");

    /// <summary>Too many came of one client.</summary>
    public static readonly OwnAnswer TooMany = new(429, "Too Many Requests", "More requests came than are taken here. Try again when Retry-After says.");

    /// <summary>All instances have as much as they may.</summary>
    public static readonly OwnAnswer Overloaded = new(503, "Service Unavailable", "All instances have as much to do as they may. Try again when Retry-After says.", retryAfterSeconds: 1);

    /// <summary>A page of a site that may not ask.</summary>
    public static readonly OwnAnswer OriginRefused = new(403, "Forbidden", "Pages of other sites may not send this.");

    /// <summary>Pages of another site may send what they asked about.</summary>
    public static readonly OwnAnswer Preflight = new();

    /// <summary>Nobody knows who asks.</summary>
    public static readonly OwnAnswer CallerUnknown = new(401, "Unauthorized", "Prove who you are, as WWW-Authenticate says.");

    /// <summary>Who asks cannot be checked.</summary>
    public static readonly OwnAnswer CallerUnchecked = new(503, "Service Unavailable", "Nobody can be let in at the moment, for what callers are checked against is missing.");

    /// <summary>Whoever asks may not ask this.</summary>
    public static readonly OwnAnswer RoleMissing = new(403, "Forbidden", "You have none of the roles that may ask this.");

    /// <summary>The breaker of the route is open.</summary>
    public static readonly OwnAnswer BreakerOpen = new(503, "Service Unavailable", "The service failed several times in a row and is left in peace for a while.");

    /// <summary>It looks like an attack. Which rule says so is in the log, for those who run the gateway.</summary>
    public static readonly OwnAnswer LooksLikeAttack = new(403, "Forbidden", "The request looks like an attack. If it is none, tell the operators the request id.");

    /// <summary>The client's head or body did not come in time.</summary>
    public static readonly OwnAnswer ClientLate = new(408, "Request Timeout", "The request did not arrive in time.");

    /// <summary>The chunks of the request's body are wrong.</summary>
    public static readonly OwnAnswer BadBody = new(400, "Bad Request", "The chunked body is not properly framed.");

    private readonly byte[] _head;
    private readonly byte[] _bodyStart;

    private OwnAnswer(int status, string title, string detail, int? retryAfterSeconds = null)
    {
        Status = status;
        var retryAfter = retryAfterSeconds is { } seconds ? $"Retry-After: {seconds}\r\n" : "";
        _head = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {title}\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n{retryAfter}");
        _bodyStart = Encoding.ASCII.GetBytes(
            $"{{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{status},\"detail\":\"{detail}\",\"requestId\":\"");
    }

    // 204, the one without a document.
    private OwnAnswer()
    {
        Status = 204;
        _head = "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\n"u8.ToArray();
        _bodyStart = [];
    }

    /// <summary>Its status.</summary>
    public int Status { get; }

    /// <summary>What to say to a head that is refused.</summary>
    public static OwnAnswer To(HeadFault fault) => fault switch
    {
        HeadFault.TargetTooLong => new(414, "URI Too Long", "The request line is longer than 8 KiB."),
        HeadFault.HeadTooLong => new(431, "Request Header Fields Too Large", "The head is longer than 32 KiB."),
        HeadFault.TooManyFields => new(431, "Request Header Fields Too Large", "There are more than 100 fields."),
        HeadFault.UnknownVersion => new(505, "HTTP Version Not Supported", "The gateway speaks HTTP 1.1 and 1.0."),
        HeadFault.UnknownExpectation => new(417, "Expectation Failed", "The only expectation known is 100-continue."),
        HeadFault.MethodNotServed => new(501, "Not Implemented", "The gateway serves neither CONNECT nor TRACE."),
        HeadFault.UnknownCoding => new(501, "Not Implemented", "The only transfer coding known is chunked, once, on HTTP/1.1."),
        HeadFault.LengthMissing => new(411, "Length Required", "A POST or PUT on HTTP/1.0 needs a Content-Length."),
        HeadFault.HostMismatch => new(400, "Bad Request", "The host of the target differs from the Host field."),
        HeadFault.BadHost => new(400, "Bad Request", "The Host field is missing or is no host."),
        HeadFault.BadTarget => new(400, "Bad Request", "The target has no normal form."),
        HeadFault.LengthAndCoding => new(400, "Bad Request", "Content-Length and Transfer-Encoding stand together."),
        HeadFault.RepeatedLength => new(400, "Bad Request", "Content-Length stands more than once."),
        HeadFault.BadLength => new(400, "Bad Request", "Content-Length is not a number."),
        HeadFault.RepeatedHost => new(400, "Bad Request", "Host stands more than once."),
        HeadFault.FoldedLine => new(400, "Bad Request", "A field line is folded."),
        HeadFault.BadFieldName => new(400, "Bad Request", "A field name is not a token directly followed by a colon."),
        HeadFault.ControlCharacter => new(400, "Bad Request", "There is a control character in the head."),
        _ => new(400, "Bad Request", "The head is not proper HTTP."),
    };

    /// <summary>Writes it whole.</summary>
    public void Write(WriteBuffer output, ReadOnlySpan<byte> requestId, bool answersHead, bool closes, ReadOnlySpan<byte> moreFields = default)
    {
        output.Append(_head);
        output.Append(moreFields);
        if (Status != 204)
        {
            output.Append("Content-Length: "u8);
            output.AppendNumber(_bodyStart.Length + requestId.Length + 2);
            output.Append("\r\n"u8);
        }
        output.AppendField("X-Request-Id"u8, requestId);
        if (closes)
            output.Append("Connection: close\r\n"u8);
        output.Append("\r\n"u8);
        if (answersHead || Status == 204)
            return;
        output.Append(_bodyStart);
        output.Append(requestId);
        output.Append("\"}"u8);
    }
}
