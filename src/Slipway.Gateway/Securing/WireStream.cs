using System.Runtime.CompilerServices;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Securing;

/// <summary>A wire as the stream that TLS runs over: its deadlines are set before each call, its failures remembered.</summary>
internal sealed class WireStream(Wire wire) : Stream
{
    /// <summary>The deadline of reads.</summary>
    public long ReadDue { get; set; } = Wire.Never;

    /// <summary>The deadline of writes.</summary>
    public long WriteDue { get; set; } = Wire.Never;

    /// <summary>How the last read ended when it gave nothing: one of the outcomes of <see cref="Wire.ReceiveAsync"/>.</summary>
    public int ReadFailure { get; private set; } = Wire.Failed;

    /// <summary>What has been received already and comes before what the wire gives; empty when used up.</summary>
    public ReadOnlyMemory<byte> Before { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Before.IsEmpty)
        {
            var count = Math.Min(buffer.Length, Before.Length);
            Before[..count].CopyTo(buffer);
            Before = Before[count..];
            return new(count);
        }
        var pending = buffer.IsEmpty ? wire.ReadableAsync(ReadDue) : wire.ReceiveAsync(buffer, ReadDue);
        return pending.IsCompletedSuccessfully ? new(Judge(pending.Result, buffer.IsEmpty)) : AwaitAsync(pending, buffer.IsEmpty);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var pending = wire.SendAsync(buffer, WriteDue);
        if (!pending.IsCompletedSuccessfully)
            return AwaitAsync(pending);
        return pending.Result ? ValueTask.CompletedTask : throw new IOException("The connection broke.");
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    private async ValueTask<int> AwaitAsync(ValueTask<int> pending, bool isEmpty) => Judge(await pending, isEmpty);

    private static async ValueTask AwaitAsync(ValueTask<bool> pending)
    {
        if (!await pending)
            throw new IOException("The connection broke.");
    }

    private int Judge(int outcome, bool isEmpty)
    {
        if (outcome >= 0)
            return isEmpty ? 0 : outcome;
        ReadFailure = outcome;
        throw new IOException("The connection broke.");
    }
}
