namespace Slipway.Gateway.Http;

/// <summary>
/// What a call of gRPC came to. Its answer is 200 whatever that was; the truth stands in <c>grpc-status</c>, in the head or behind the
/// body, and a release must be judged by it.
/// </summary>
internal static class GrpcStatus
{
    private const int Unknown = 2;
    private const int CodeMax = 16;

    private static ReadOnlySpan<byte> Name => "grpc-status"u8;

    /// <summary>Whether an answer is one to a call, by its Content-Type.</summary>
    public static bool IsCall(FieldLines fields, ReadOnlySpan<byte> head)
        => fields.ValueOf(head, "content-type"u8) is { Length: >= 16 } type && Octets.Same(type[..16], "application/grpc"u8);

    /// <summary>The code that a head says; null when it says none, and trailers will.</summary>
    public static int? Of(FieldLines fields, ReadOnlySpan<byte> head)
        => fields.ValueOf(head, Name) is { IsEmpty: false } code ? Parse(code) : null;

    /// <summary>The code that trailers say; <c>UNKNOWN</c> when they say none either.</summary>
    public static int Of(ReadOnlySpan<byte> trailers)
    {
        while (TrailerLines.TryNext(ref trailers, out var name, out var value))
        {
            if (Octets.Same(name, Name))
                return Parse(value);
        }
        return Unknown;
    }

    /// <summary>The status of HTTP that means the same as a code, as google.rpc.Code has it beside each of its codes.</summary>
    public static int ToHttp(int code) => code switch
    {
        0 => 200,
        1 => 499,
        3 or 9 or 11 => 400,
        4 => 504,
        5 => 404,
        6 or 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        16 => 401,
        _ => 500,
    };

    private static int Parse(ReadOnlySpan<byte> code) => Octets.TryLength(code, out var number) && number <= CodeMax ? (int)number : Unknown;
}
