namespace Slipway.Gateway.Http;

/// <summary>
/// What a call of gRPC came to. Its answer is 200 whatever that was; the truth stands in <c>grpc-status</c>, in the head or behind the
/// body, and a release must be judged by it.
/// </summary>
internal static class GrpcStatus
{
    private static ReadOnlySpan<byte> Name => "grpc-status"u8;

    /// <summary>Whether an answer is one to a call, by its Content-Type.</summary>
    public static bool IsCall(FieldLines fields, ReadOnlySpan<byte> head)
        => fields.ValueOf(head, "content-type"u8) is { Length: >= 16 } type && Octets.Same(type[..16], "application/grpc"u8);

    /// <summary>The status of HTTP that means the same as what a head says; null when it says nothing, and trailers will.</summary>
    public static int? Of(FieldLines fields, ReadOnlySpan<byte> head)
        => fields.ValueOf(head, Name) is { IsEmpty: false } code ? ToHttp(code) : null;

    /// <summary>The same of trailers; 500 when they say nothing either.</summary>
    public static int Of(ReadOnlySpan<byte> trailers)
    {
        while (TrailerLines.TryNext(ref trailers, out var name, out var value))
        {
            if (Octets.Same(name, Name))
                return ToHttp(value);
        }
        return 500;
    }

    // As google.rpc.Code has it beside each of its codes.
    private static int ToHttp(ReadOnlySpan<byte> code) => !Octets.TryLength(code, out var number) ? 500 : number switch
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
}
