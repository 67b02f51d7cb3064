using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Slipway.Core.Routing;

/// <summary>
/// A route table as a file: JSON with the table's length and CRC-32C before it, so that a torn or changed file is known for
/// one. <c>{"bytes":1234567890,"crc32c":"0123abcd","table":{...}}</c>, a newline, and as many more as fill its place.
/// </summary>
public static class TableFile
{
    private static ReadOnlySpan<byte> Start => "{\"bytes\":"u8;

    private static ReadOnlySpan<byte> Middle => ",\"crc32c\":\""u8;

    private static ReadOnlySpan<byte> End => "\",\"table\":"u8;

    /// <summary>Writes a table as the content of its file.</summary>
    public static byte[] Write(RouteTable table)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(table, RoutingJson.Default.RouteTable);
        var content = new ArrayBufferWriter<byte>(json.Length + 64);
        content.Write(Start);
        content.Write(Encoding.ASCII.GetBytes($"{json.Length}"));
        content.Write(Middle);
        content.Write(Encoding.ASCII.GetBytes($"{Checksum(json):x8}"));
        content.Write(End);
        content.Write(json);
        content.Write("}\n"u8);
        return content.WrittenSpan.ToArray();
    }

    /// <summary>Reads the content of a file; null with the reason when it is not whole, not a table, or one with faults.</summary>
    public static RouteTable? Read(ReadOnlySpan<byte> content, out string reason)
    {
        if (!TryOpen(content, out var json))
        {
            reason = "it is damaged: its length or checksum is not what it says";
            return null;
        }
        try
        {
            var table = TableReader.Read(json);
            var faults = RouteTableRules.Validate(table);
            reason = faults.IsEmpty ? "" : $"{faults[0].At}: {faults[0].Message}";
            return faults.IsEmpty ? table : null;
        }
        catch (JsonException e)
        {
            reason = $"it holds no route table: {e.Message}";
            return null;
        }
    }

    private static bool TryOpen(ReadOnlySpan<byte> content, out ReadOnlySpan<byte> json)
    {
        json = default;
        if (!content.StartsWith(Start) || !Utf8Parser.TryParse(content[Start.Length..], out int length, out var digits))
            return false;
        var rest = content[(Start.Length + digits)..];
        if (!rest.StartsWith(Middle) || rest.Length < Middle.Length + 8)
            return false;
        rest = rest[Middle.Length..];
        if (!Utf8Parser.TryParse(rest[..8], out uint checksum, out var hex, 'x') || hex != 8 || !rest[8..].StartsWith(End))
            return false;
        rest = rest[(8 + End.Length)..];
        if (length < 0 || rest.Length - 2 < length || !rest[length..].StartsWith("}\n"u8) || rest[(length + 1)..].ContainsAnyExcept((byte)'\n'))
            return false;
        json = rest[..length];
        return Checksum(json) == checksum;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.ToUInt64(bytes));
            bytes = bytes[8..];
        }
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
