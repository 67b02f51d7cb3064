using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Core.Settings;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// A log of one JSON object a line: <c>at</c>, <c>level</c>, <c>from</c>, <c>event</c>, <c>message</c> and, for a fault,
/// <c>fault</c>. Whoever logs never waits for the reader: when it stands still, new lines are dropped.
/// </summary>
internal sealed class JsonLines : ILoggerProvider
{
    private const int LinesWaitingMax = 1000;
    private static readonly TimeSpan EndWait = TimeSpan.FromSeconds(2);
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Channel<ReadOnlyMemory<byte>> _lines = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(LinesWaitingMax) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Redactor _redactor;
    private readonly Task _writing;

    /// <summary>Writes into a stream from now on.</summary>
    public JsonLines(Stream output, Redactor redactor)
    {
        _redactor = redactor;
        _writing = Task.Run(() => Write(output));
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    /// <summary>Writes what waits, as far as the reader takes it.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait(EndWait);
    }

    private async Task Write(Stream output)
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync())
            {
                await output.WriteAsync(line);
                await output.FlushAsync();
            }
        }
        catch (IOException)
        {
            // The reader is gone or the disk is full. Releases matter more than their log, and the journal has them.
            _lines.Writer.TryComplete();
        }
    }

    private void Add(LogLevel level, string from, EventId id, string message, Exception? fault)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("at", DateTime.UtcNow);
            json.WriteString("level", level.ToString().ToLowerInvariant());
            json.WriteString("from", from);
            if (id.Name is { } name)
                json.WriteString("event", name);
            json.WriteString("message", _redactor.Redact(message));
            if (fault is not null)
                json.WriteString("fault", _redactor.Redact(fault.ToString()));
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        _lines.Writer.TryWrite(buffer.WrittenMemory);
    }

    private sealed class Lines(JsonLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lines.Add(logLevel, category, eventId, formatter(state, exception), exception);
        }
    }
}
