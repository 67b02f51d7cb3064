using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Core.Routing;

namespace Slipway.Gateway.Hosting;

/// <summary>Another gateway runs in the same home.</summary>
internal sealed class HomeTakenException(string message, Exception inner) : Exception(message, inner);

/// <summary>The folder of a gateway: its lock, its record and the place of its admin socket.</summary>
internal sealed class GatewayHome : IDisposable
{
    // sun_path holds 108 bytes on Linux and 104 on macOS, with the zero at its end.
    private const int SocketPathBytesMax = 100;

    private readonly FileStream _lock;
    private readonly string _record;

    private GatewayHome(string folder, FileStream held)
    {
        _lock = held;
        Folder = folder;
        _record = Path.Combine(folder, "gateway.json");
        AdminPath = SocketPath(folder);
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Where the admin socket lies: <c>gateway.sock</c> in the folder, unless that path is too long for a socket.</summary>
    public string AdminPath { get; }

    /// <summary>Takes the folder once the gateway that has it has let go, which it was told to.</summary>
    /// <exception cref="HomeTakenException">It does not let go.</exception>
    public static GatewayHome TakeAfter(string folder, TimeSpan patience)
    {
        GatewayHome? home = null;
        SpinWait.SpinUntil(() => (home = TryTake(folder)) is not null, patience);
        return home ?? Take(folder);
    }

    private static GatewayHome? TryTake(string folder)
    {
        try
        {
            return Take(folder);
        }
        catch (HomeTakenException)
        {
            return null;
        }
    }

    /// <summary>Takes the folder for this process.</summary>
    /// <exception cref="HomeTakenException">Another process has it.</exception>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static GatewayHome Take(string folder)
    {
        MakePrivate(folder);
        var path = Path.Combine(folder, "gateway.lock");
        try
        {
            var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return new(folder, held);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new HomeTakenException($"Another gateway runs in {folder}; it holds gateway.lock there.", e);
        }
    }

    /// <summary>The port of the last start; 0 when there was none, or its record is damaged.</summary>
    public int LastPort()
    {
        try
        {
            var reader = new Utf8JsonReader(File.ReadAllBytes(_record));
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("port"u8))
                    return reader.Read() && reader.TryGetInt32(out var port) && port is > 0 and < 65536 ? port : 0;
            }
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException or InvalidOperationException)
        {
            // Without it a free port is taken, which is what happens at a first start.
        }
        return 0;
    }

    /// <summary>Writes who runs here. By hand, since a serializer would cost the start more than everything else.</summary>
    public void Write(GatewayRecord record)
    {
        var content = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteNumber("pid"u8, record.Pid);
            json.WriteNumber("startTimeTicks"u8, record.StartTimeTicks);
            json.WriteString("address"u8, record.Address);
            json.WriteNumber("port"u8, record.Port);
            json.WriteString("admin"u8, record.Admin);
            json.WriteString("version"u8, record.Version);
            if (record.Tls is { } tls)
                json.WriteString("tls"u8, tls);
            json.WriteString("options"u8, record.Options);
            json.WriteEndObject();
        }
        content.Write("\n"u8);
        HomeFile.Replace(_record, content.WrittenSpan);
    }

    /// <summary>When this process started, in clock ticks since boot; 0 where the operating system does not say.</summary>
    public static long StartTimeTicks()
    {
        if (!OperatingSystem.IsLinux())
            return 0;
        var stat = File.ReadAllText("/proc/self/stat");
        // The second field is the name in parentheses and may hold anything; field 22 is the 20th behind it.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Where this process answers once another has taken its place at <see cref="AdminPath"/>.</summary>
    public string LeavingPath => Path.Combine(Path.GetDirectoryName(AdminPath)!, $"left-{Environment.ProcessId}.sock");

    /// <summary>Gives the folder back.</summary>
    public void Dispose() => _lock.Dispose();

    /// <summary>The admin socket of the gateway that has a folder.</summary>
    public static string SocketPath(string folder)
    {
        var path = Path.Combine(folder, "gateway.sock");
        if (Encoding.UTF8.GetByteCount(path) <= SocketPathBytesMax)
            return path;
        var hash = 14695981039346656037ul;
        foreach (var c in Encoding.UTF8.GetBytes(folder))
            hash = (hash ^ c) * 1099511628211ul;
        var shared = Path.Combine(Path.GetTempPath(), $"slipway-{Environment.UserName}");
        MakePrivate(shared);
        return Path.Combine(shared, $"gateway-{hash:x16}.sock");
    }

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
