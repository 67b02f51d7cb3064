using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Courier.Messages;

namespace Courier.Operations;

/// <summary>Writes every log entry as one line of JSON, with who wrote it and the request it belongs to.</summary>
public sealed class JsonLoggerProvider(Identity identity, LogLevel levelMin, Stream output) : ILoggerProvider
{
    // The lines are JSON and never part of a page, so quotes and plus signs need no second escaping.
    private static readonly JsonWriterOptions _plain =
        new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
        => new JsonLogger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..], LevelFor(categoryName));

    /// <inheritdoc/>
    public void Dispose() => output.Flush();

    // The framework tells of every request at the level of information; our own line for it says more.
    private LogLevel LevelFor(string category)
        => category.StartsWith("Microsoft.", StringComparison.Ordinal) && levelMin < LogLevel.Warning
            ? LogLevel.Warning : levelMin;

    private void Write(
        LogLevel level, string logger, string message, Exception? fault, IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        lock (_lock)
        {
            _buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_buffer, _plain))
            {
                json.WriteStartObject();
                json.WriteString("time"u8, DateTimeOffset.UtcNow);
                json.WriteString("level"u8, level.ToString().ToLowerInvariant());
                json.WriteString("message"u8, message);
                json.WriteString("logger"u8, logger);
                WriteIdentity(json);
                foreach (var (name, value) in values ?? [])
                {
                    if (name != "{OriginalFormat}")
                        WriteValue(json, char.ToLowerInvariant(name[0]) + name[1..], value);
                }

                if (fault is not null)
                    json.WriteString("exception"u8, fault.ToString());
                json.WriteEndObject();
            }

            _buffer.Write("\n"u8);
            output.Write(_buffer.WrittenSpan);
            output.Flush();
        }
    }

    private void WriteIdentity(Utf8JsonWriter json)
    {
        json.WriteString("service"u8, identity.Service);
        json.WriteString("environment"u8, identity.Environment);
        if (identity.Release is not null)
            json.WriteString("release"u8, identity.Release);
        json.WriteString("instance"u8, identity.Instance);
        if (Correlation.Current is not { } correlation)
            return;
        json.WriteString("requestId"u8, correlation.RequestId);
        json.WriteString("traceId"u8, correlation.TraceId);
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case DateTimeOffset time:
                json.WriteString(name, time);
                break;
            default:
                json.WriteString(name, value.ToString());
                break;
        }
    }

    private sealed class JsonLogger(JsonLoggerProvider provider, string category, LogLevel levelMin) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= levelMin && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                provider.Write(
                    logLevel, category, formatter(state, exception), exception,
                    state as IReadOnlyList<KeyValuePair<string, object?>>);
            }
        }
    }
}
