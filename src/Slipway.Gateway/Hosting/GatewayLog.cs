using System.Globalization;
using System.Text;

namespace Slipway.Gateway.Hosting;

/// <summary>
/// The log: JSON lines on a stream, written by a thread of its own, since a slow disk or terminal must not stop a
/// connection. When lines come faster than they can be written, the newest are dropped and their number is told.
/// </summary>
internal sealed class GatewayLog : IDisposable
{
    private const int QueuedMax = 4096;

    private readonly Stream _stream;
    private readonly Queue<string> _queue = new();
    private readonly Thread _thread;
    private long _dropped;
    private bool _isEnded;

    /// <summary>Starts the thread.</summary>
    public GatewayLog(Stream stream)
    {
        _stream = stream;
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Writes a line that informs.</summary>
    public void Info(string message, params ReadOnlySpan<(string Key, string? Value)> details) => Write("info", message, details);

    /// <summary>Writes a line that should be looked at.</summary>
    public void Warn(string message, params ReadOnlySpan<(string Key, string? Value)> details) => Write("warning", message, details);

    /// <summary>Writes a line about something that went wrong here.</summary>
    public void Error(string message, params ReadOnlySpan<(string Key, string? Value)> details) => Write("error", message, details);

    /// <summary>Writes what is queued and ends the thread.</summary>
    public void Dispose()
    {
        lock (_queue)
        {
            _isEnded = true;
            Monitor.Pulse(_queue);
        }
        _thread.Join(TimeSpan.FromSeconds(2));
    }

    private void Write(string level, string message, ReadOnlySpan<(string Key, string? Value)> details)
    {
        var line = new StringBuilder(160);
        line.Append("{\"at\":\"").Append(DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        line.Append("\",\"level\":\"").Append(level).Append("\",\"message\":");
        AppendText(line, message);
        foreach (var (key, value) in details)
        {
            if (value is null)
                continue;
            line.Append(",\"").Append(key).Append("\":");
            AppendText(line, value);
        }
        line.Append("}\n");
        lock (_queue)
        {
            if (_queue.Count >= QueuedMax)
            {
                _dropped++;
                return;
            }
            _queue.Enqueue(line.ToString());
            Monitor.Pulse(_queue);
        }
    }

    private static void AppendText(StringBuilder line, string text)
    {
        line.Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                line.Append('\\').Append(c);
            else if (c < ' ' || c == 0x7F)
                line.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                line.Append(c);
        }
        line.Append('"');
    }

    private void Run()
    {
        while (true)
        {
            string text;
            lock (_queue)
            {
                while (_queue.Count == 0 && !_isEnded)
                    Monitor.Wait(_queue);
                if (_queue.Count == 0)
                    return;
                text = string.Concat(_queue);
                _queue.Clear();
                if (_dropped > 0)
                    text += $"{{\"level\":\"warning\",\"message\":\"log lines were dropped\",\"count\":\"{_dropped}\"}}\n";
                _dropped = 0;
            }
            try
            {
                _stream.Write(Encoding.UTF8.GetBytes(text));
                _stream.Flush();
            }
            catch (IOException)
            {
                // Nobody reads the log any more; there is no better place to say so, and traffic goes on.
            }
        }
    }
}
