using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Slipway.Cli.Load;

/// <summary>One kind of request in a load.</summary>
public sealed record LoadRequest
{
    /// <summary>Its name in the report.</summary>
    public required string Name { get; init; }

    /// <summary>How often it is sent, in relation to the others; more than 0.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The method.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>The path with its query; null for the target's.</summary>
    public string? Path { get; init; }

    /// <summary>Makes the body of the request with a given number; null for none.</summary>
    public Func<long, ReadOnlyMemory<byte>>? Body { get; init; }

    /// <summary>Header lines beside <c>Host</c> and <c>Content-Length</c>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whether a whole answer below 500 is as it must be; null for any.</summary>
    public Func<LoadAnswer, bool>? Expect { get; init; }

    /// <summary>
    /// A POST of random bytes. Where the target says what it got (<c>X-Body-Bytes</c>, <c>X-Body-SHA256</c>) that must be
    /// what was sent.
    /// </summary>
    /// <param name="path">The path; null for the target's.</param>
    /// <param name="lengthBytes">How long the body is, in bytes.</param>
    /// <param name="echoed">Whether the answer must be the same bytes; for lengths up to 64 KiB.</param>
    public static LoadRequest Upload(string? path, int lengthBytes, bool echoed)
    {
        var bytes = RandomNumberGenerator.GetBytes(lengthBytes);
        var (length, hash) = (lengthBytes.ToString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        return new()
        {
            Name = "upload",
            Method = "POST",
            Path = path,
            Body = _ => bytes,
            Headers = [new("Content-Type", "application/octet-stream")],
            Expect = answer => (!echoed || (answer.BodyBytes == lengthBytes && answer.Body.Span.SequenceEqual(bytes)))
                && (answer.Header("x-body-bytes") ?? length) == length
                && (answer.Header("x-body-sha256") ?? hash) == hash,
        };
    }
}

/// <summary>A whole answer, for checks of its content.</summary>
/// <param name="Number">The request's number, from 0.</param>
/// <param name="Status">100 to 499.</param>
/// <param name="Head">The status line and the header lines.</param>
/// <param name="Body">The body's first 64 KiB.</param>
/// <param name="BodyBytes">How long the body was, in bytes.</param>
public sealed record LoadAnswer(long Number, int Status, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body, long BodyBytes)
{
    /// <summary>The value of a header; null when there is none.</summary>
    /// <param name="lowerCaseName">Its name, in lower case.</param>
    public string? Header(string lowerCaseName)
        => Connection.AnswerHead.FindText(Head.Span, System.Text.Encoding.ASCII.GetBytes(lowerCaseName));
}
