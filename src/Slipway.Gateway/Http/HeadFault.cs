namespace Slipway.Gateway.Http;

/// <summary>Why a head is refused.</summary>
internal enum HeadFault
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>The request line or status line is not of its form.</summary>
    BadStartLine,

    /// <summary>The request line is too long.</summary>
    TargetTooLong,

    /// <summary>The head is too long.</summary>
    HeadTooLong,

    /// <summary>There are too many fields.</summary>
    TooManyFields,

    /// <summary>Neither HTTP/1.0 nor HTTP/1.1.</summary>
    UnknownVersion,

    /// <summary>A field name is not a token, or a space stands before its colon.</summary>
    BadFieldName,

    /// <summary>A line is folded.</summary>
    FoldedLine,

    /// <summary>A control character, a carriage return or a line feed on its own.</summary>
    ControlCharacter,

    /// <summary>Content-Length stands more than once.</summary>
    RepeatedLength,

    /// <summary>Content-Length is not a number.</summary>
    BadLength,

    /// <summary>Content-Length together with Transfer-Encoding.</summary>
    LengthAndCoding,

    /// <summary>A Transfer-Encoding other than chunked, or on HTTP/1.0.</summary>
    UnknownCoding,

    /// <summary>A POST or PUT on HTTP/1.0 says no length: nobody can tell a body from none (RFC 1945, section 8.3).</summary>
    LengthMissing,

    /// <summary>Host stands more than once.</summary>
    RepeatedHost,

    /// <summary>Host is missing on HTTP/1.1, or is no host.</summary>
    BadHost,

    /// <summary>Upgrade stands more than once.</summary>
    RepeatedUpgrade,

    /// <summary>An Expect other than 100-continue.</summary>
    UnknownExpectation,

    /// <summary>Connection holds what is no option, or too many.</summary>
    BadConnection,

    /// <summary>The target is of a form that a gateway does not serve, or its path has no normal form.</summary>
    BadTarget,

    /// <summary>The authority of the target differs from Host.</summary>
    HostMismatch,

    /// <summary>CONNECT or TRACE.</summary>
    MethodNotServed,
}
