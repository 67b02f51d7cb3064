using Slipway.Gateway.Proxying;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Http2;

/// <summary>What is about to be sent on a connection, of all its streams: one send at a time, in which everything goes that has gathered meanwhile.</summary>
/// <param name="wire">Where to.</param>
/// <param name="deadline">For a client to take what it is sent.</param>
/// <param name="sync">The lock of the connection.</param>
/// <param name="onSentLocked">Is told, under the lock, that there is room again.</param>
/// <param name="onBrokenLocked">Is told, under the lock, that nothing can be sent any more.</param>
internal sealed class FrameOutput(Wire wire, TimeSpan deadline, Lock sync, Action onSentLocked, Action onBrokenLocked)
{
    private const int FullBytes = 256 * 1024;
    private const int FloodedBytes = 1024 * 1024;

    private ByteQueue _gathered = new();
    private ByteQueue _leaving = new();
    private Task _sending = Task.CompletedTask;
    private bool _isSending;

    /// <summary>Whether no more of answers should be added before some has gone.</summary>
    public bool IsFull => _gathered.Length > FullBytes;

    /// <summary>Whether the client asks for ever more answers and takes none.</summary>
    public bool IsFlooded => _gathered.Length > FloodedBytes;

    /// <summary>Whether nothing can be sent any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Adds a frame.</summary>
    public void AppendLocked(in FrameHead head, ReadOnlySpan<byte> payload)
    {
        if (IsBroken)
            return;
        _gathered.Append(head);
        _gathered.Append(payload);
    }

    /// <summary>Adds what is no frame.</summary>
    public void AppendLocked(ReadOnlySpan<byte> bytes)
    {
        if (!IsBroken)
            _gathered.Append(bytes);
    }

    /// <summary>Sends what has gathered, unless somebody is at it.</summary>
    public void FlushLocked()
    {
        if (_isSending || IsBroken || _gathered.Length == 0)
            return;
        _isSending = true;
        _sending = SendAsync();
    }

    /// <summary>Ends once everything is sent, or cannot be.</summary>
    public async Task DrainAsync()
    {
        Task sending;
        lock (sync)
        {
            FlushLocked();
            sending = _sending;
        }
        await sending;
        lock (sync)
        {
            _gathered.Release();
            _leaving.Release();
        }
    }

    private async Task SendAsync()
    {
        while (true)
        {
            // The swap is under the lock, which the first time the caller holds.
            lock (sync)
            {
                if (IsBroken || _gathered.Length == 0)
                {
                    _isSending = false;
                    return;
                }
                (_gathered, _leaving) = (_leaving, _gathered);
            }
            var isSent = await wire.SendAsync(_leaving.UnreadMemory, Deadlines.After(deadline));
            lock (sync)
            {
                _leaving.Release();
                IsBroken = !isSent;
                if (isSent)
                    onSentLocked();
                else
                    onBrokenLocked();
            }
        }
    }
}
