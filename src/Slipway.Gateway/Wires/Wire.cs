using System.Net;

namespace Slipway.Gateway.Wires;

/// <summary>
/// A connection whose operations have deadlines and give failures as values. One read and one write may be pending at a
/// time. When a deadline expires the connection is cut, which ends what is pending.
/// </summary>
internal abstract class Wire
{
    /// <summary>The peer has ended its direction.</summary>
    public const int Ended = 0;

    /// <summary>The connection broke.</summary>
    public const int Failed = -1;

    /// <summary>The deadline passed.</summary>
    public const int Expired = -2;

    /// <summary>A deadline that never comes.</summary>
    public const long Never = long.MaxValue - 1;

    /// <summary>A deadline for a read that <see cref="CapRead"/> sets, before or while the read is pending.</summary>
    public const long Capped = long.MaxValue;

    /// <summary>Whether it was closed here.</summary>
    public abstract bool IsClosed { get; }

    /// <summary>Where the peer is; null when that cannot be told any more.</summary>
    public abstract IPEndPoint? Peer { get; }

    /// <summary>Receives; gives a count, or <see cref="Ended"/>, <see cref="Failed"/>, <see cref="Expired"/>.</summary>
    public abstract ValueTask<int> ReceiveAsync(Memory<byte> space, long due);

    /// <summary>
    /// Waits until a receive would not wait, without holding a buffer meanwhile; gives <see cref="Expired"/> or
    /// <see cref="Failed"/> below zero, otherwise one.
    /// </summary>
    public abstract ValueTask<int> ReadableAsync(long due);

    /// <summary>Sends everything; gives true, or false when the connection broke or the deadline passed.</summary>
    public abstract ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, long due);

    /// <summary>
    /// Sets the deadline of the reads that wait for <see cref="Capped"/>; <see cref="Capped"/> takes it back. The end of an
    /// upload starts the clock for the answer in this way, whichever thread notices first.
    /// </summary>
    public abstract void CapRead(long due);

    /// <summary>Brings the end of a pending read forward.</summary>
    public abstract void HastenRead(long due);

    /// <summary>Cuts a pending read off at once; false when none was pending.</summary>
    public abstract bool TryCutRead();

    /// <summary>Cuts off what has missed its deadline.</summary>
    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public abstract void Sweep(long now);

    /// <summary>
    /// Whether anything can be read at this moment: on a connection at rest that means that the peer has closed it or
    /// speaks out of turn, and either way it cannot be used.
    /// </summary>
    /// <param name="asksKernel">Whether to ask anew where what was last heard would do.</param>
    public abstract bool HasNews(bool asksKernel);

    /// <summary>Whether the peer has ended its direction, with nothing left to read before that.</summary>
    public abstract bool HasPeerEnded();

    /// <summary>Ends the direction from here; the peer can go on sending.</summary>
    public abstract void EndSending();

    /// <summary>Closes it. What was sent still arrives.</summary>
    public abstract void Close();

    /// <summary>Closes it with a reset, so that what was sent cannot be taken for a whole message.</summary>
    public abstract void Reset();
}
