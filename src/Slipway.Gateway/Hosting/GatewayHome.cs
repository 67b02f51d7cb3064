using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Core.Routing;
using Slipway.Files;

namespace Slipway.Gateway.Hosting;

/// <summary>Another gateway runs in the same home.</summary>
internal sealed class HomeTakenException(string message) : Exception(message);

/// <summary>The folder of a gateway: its lock, its record and the place of its admin socket.</summary>
internal sealed class GatewayHome : IDisposable
{
    // sun_path holds 108 bytes on Linux and 104 on macOS, with the zero at its end.
    private const int SocketPathBytesMax = 100;

    private readonly LockFile _lock;
    private readonly string _record;

    private GatewayHome(string folder, LockFile held)
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

    /// <summary>Takes the folder for this process.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="patience">How long to wait for a gateway that has it, and was told to let go.</param>
    /// <exception cref="HomeTakenException">Another process has it.</exception>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static GatewayHome Take(string folder, TimeSpan patience = default)
        => LockFile.Take(Path.Combine(PrivateFolder.Create(folder), "gateway.lock"), patience) is { } held
            ? new(folder, held)
            : throw new HomeTakenException($"Another gateway runs in {folder}; it holds gateway.lock there.");

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
        PrivateFile.Replace(_record, content.WrittenSpan);
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
        PrivateFolder.Create(shared);
        return Path.Combine(shared, $"gateway-{hash:x16}.sock");
    }
}
