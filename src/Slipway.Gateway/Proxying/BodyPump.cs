using System.Runtime.CompilerServices;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>How a body's way from one side to the other ended.</summary>
internal enum PumpEnd
{
    /// <summary>All of it was passed on.</summary>
    Complete,

    /// <summary>The source ended or broke before the body did.</summary>
    SourceEnded,

    /// <summary>The source's framing is wrong.</summary>
    SourceBroken,

    /// <summary>The source was silent for too long.</summary>
    SourceLate,

    /// <summary>The target broke, or took nothing for too long.</summary>
    TargetFailed,
}

/// <summary>
/// Passes one body on: reads, decodes its framing, writes the target's framing, and sends at once what has come, so that a
/// slow target slows its source and an event stream is never held back.
/// </summary>
internal static class BodyPump
{
    // "FFFF\r\n" before and "\r\n" after the data of a chunk, and the last chunk behind it.
    private const int ChunkHeadBytes = 6;
    private const int ChunkRoomBytes = ChunkHeadBytes + 2 + 5;

    private const int SmallBytes = 8 * 1024;

    // A source and a target that are always ready must not keep a thread from the other connections.
    private const int TurnsBeforeYield = 16;

    /// <summary>Passes a body on; <paramref name="output"/> holds the head, which goes out with the first of it.</summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    public static async ValueTask<PumpEnd> RunAsync(
        Engine engine, Wire source, ReadBuffer input, BodyDecoder body, Wire target, WriteBuffer output, bool isChunked,
        TimeSpan readDeadline, TimeSpan writeDeadline)
    {
        for (var turn = 1; ; turn++)
        {
            while (input.Length > 0 && !body.IsDone)
            {
                if (body.Framing != BodyFraming.Chunked && !isChunked && output.Length == 0)
                {
                    var plain = input.UnreadMemory[..body.TakePlain(input.Length)];
                    if (!await target.SendAsync(plain, Deadlines.After(writeDeadline)))
                        return PumpEnd.TargetFailed;
                    input.Consume(plain.Length);
                    continue;
                }
                var isFull = Fill(input, body, output, isChunked);
                if (body.IsBroken)
                    return PumpEnd.SourceBroken;
                if (isFull && !await FlushAsync(target, output, writeDeadline))
                    return PumpEnd.TargetFailed;
            }
            if (body.IsDone && isChunked && !await EndChunksAsync(target, body, output, writeDeadline))
                return PumpEnd.TargetFailed;
            if (output.Length > 0 && !await FlushAsync(target, output, writeDeadline))
                return PumpEnd.TargetFailed;
            if (body.IsDone)
                return PumpEnd.Complete;
            if (turn % TurnsBeforeYield == 0)
                await engine.Yield();
            var end = await ReadAsync(source, input, body, readDeadline);
            if (end != PumpEnd.Complete)
                return end;
        }
    }

    /// <summary>
    /// Puts a body behind its head when all of it is there, of known length, and fits; false when it must be pumped. Most
    /// answers are so small.
    /// </summary>
    public static bool TryFillWhole(ReadBuffer input, BodyDecoder body, WriteBuffer output)
    {
        if (!body.IsDone)
        {
            if (body.Remaining > input.Length || output.Length + body.Remaining > SmallBytes)
                return false;
            var plain = body.TakePlain(input.Length);
            output.Append(input.Unread[..plain]);
            input.Consume(plain);
        }
        return true;
    }

    private static ValueTask<bool> EndChunksAsync(Wire target, BodyDecoder body, WriteBuffer output, TimeSpan deadline)
    {
        if (body.Trailers.IsEmpty)
        {
            output.Append("0\r\n\r\n"u8);
            return new(true);
        }
        return EndChunksWithTrailersAsync(target, body, output, deadline);
    }

    private static async ValueTask<bool> EndChunksWithTrailersAsync(Wire target, BodyDecoder body, WriteBuffer output, TimeSpan deadline)
    {
        // The buffer may be full of data.
        if (output.Length > SmallBytes && !await FlushAsync(target, output, deadline))
            return false;
        output.Append("0\r\n"u8);
        TrailerLines.Write(output, body.Trailers);
        output.Append("\r\n"u8);
        return true;
    }

    private static async ValueTask<bool> FlushAsync(Wire target, WriteBuffer output, TimeSpan deadline)
    {
        var isSent = await target.SendAsync(output.Written, Deadlines.After(deadline));
        output.Clear();
        return isSent;
    }

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private static async ValueTask<PumpEnd> ReadAsync(Wire source, ReadBuffer input, BodyDecoder body, TimeSpan deadline)
    {
        var space = input.Space();
        // Never beyond a body of known length: what follows belongs to the next request.
        if (body.Remaining < space.Length)
            space = space[..(int)body.Remaining];
        var isLong = body.Remaining > space.Length;
        var due = deadline == Timeout.InfiniteTimeSpan ? Wire.Never : Deadlines.After(deadline);
        var count = await source.ReceiveAsync(space, due);
        if (count > 0)
        {
            input.Filled(count);
            if (isLong && count == space.Length)
                input.Enlarge();
            return PumpEnd.Complete;
        }
        if (count == Wire.Expired)
            return PumpEnd.SourceLate;
        return count == Wire.Ended && body.TryEnd() ? PumpEnd.Complete : PumpEnd.SourceEnded;
    }

    /// <summary>Copies what fits; true when the output is full and must go out before more fits.</summary>
    private static bool Fill(ReadBuffer input, BodyDecoder body, WriteBuffer output, bool isChunked)
    {
        output.Reserve(isChunked ? ChunkRoomBytes + 1 : 1);
        if (input.Length > output.Space.Length)
            output.Enlarge();
        var space = output.Space;
        if (!isChunked)
        {
            output.Filled(body.Copy(input.Unread, space, out var consumedPlain));
            input.Consume(consumedPlain);
            return output.Space.IsEmpty;
        }
        var data = space[ChunkHeadBytes..^(ChunkRoomBytes - ChunkHeadBytes)];
        var copied = body.Copy(input.Unread, data, out var consumed);
        input.Consume(consumed);
        if (copied > 0)
        {
            WriteChunkHead(space, copied);
            "\r\n"u8.CopyTo(space[(ChunkHeadBytes + copied)..]);
            output.Filled(ChunkHeadBytes + copied + 2);
        }
        return output.Space.Length <= ChunkRoomBytes + 1;
    }

    private static void WriteChunkHead(Span<byte> space, int size)
    {
        for (var i = 3; i >= 0; i--, size >>= 4)
            space[i] = (byte)"0123456789ABCDEF"[size & 15];
        space[4] = (byte)'\r';
        space[5] = (byte)'\n';
    }
}
