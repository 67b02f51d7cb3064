using System.Text;
using Slipway.Gateway.Http2;

namespace Slipway.Gateway.Tests;

public sealed class HpackTests
{
    [Fact]
    public void The_code_is_complete_no_more_and_no_less()
    {
        // Every octet by its own code decodes to itself: checked over all pairs, which needs all boundaries between codes.
        Span<byte> room = stackalloc byte[4];
        for (var one = 0; one < 256; one++)
        {
            for (var other = 0; other < 256; other += 17)
            {
                var coded = Encode([(byte)one, (byte)other]);
                Assert.True(HuffmanCode.TryDecode(coded, room, out var length));
                Assert.Equal([(byte)one, (byte)other], room[..length].ToArray());
            }
        }
    }

    // RFC 7541, appendix C.4 and C.6.
    [Theory]
    [InlineData("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com")]
    [InlineData("a8eb10649cbf", "no-cache")]
    [InlineData("25a849e95ba97d7f", "custom-key")]
    [InlineData("25a849e95bb8e8b4bf", "custom-value")]
    [InlineData("6402", "302")]
    [InlineData("d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT")]
    [InlineData("9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com")]
    [InlineData("94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1")]
    public void Texts_of_the_standard_decode(string coded, string text)
    {
        Span<byte> room = stackalloc byte[100];
        Assert.True(HuffmanCode.TryDecode(Convert.FromHexString(coded), room, out var length));
        Assert.Equal(text, Encoding.ASCII.GetString(room[..length]));
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("ffffffff")]
    [InlineData("00")]
    [InlineData("fffffffffffffffc")]
    public void Padding_that_is_none_is_refused(string coded)
        => Assert.False(HuffmanCode.TryDecode(Convert.FromHexString(coded), new byte[10], out _));

    // RFC 7541, appendix C.3, C.4 and C.5: three requests on one connection, plain and coded, then answers in a table of 256 bytes.
    [Theory]
    [InlineData("828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865", "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565")]
    [InlineData("828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf")]
    public void Lists_of_the_standard_decode_one_after_another(string first, string second, string third)
    {
        var decoder = new HpackDecoder();
        Assert.Equal(":method GET|:scheme http|:path /|:authority www.example.com", Decode(decoder, first));
        Assert.Equal(":method GET|:scheme http|:path /|:authority www.example.com|cache-control no-cache", Decode(decoder, second));
        Assert.Equal(":method GET|:scheme https|:path /index.html|:authority www.example.com|custom-key custom-value", Decode(decoder, third));
    }

    [Theory]
    [InlineData("80")] // number 0
    [InlineData("be")] // a field that never came
    [InlineData("c0")]
    [InlineData("7fffffffffff")] // a number without an end
    [InlineData("3fe21f")] // a table larger than allowed
    [InlineData("8220")] // a size that does not come first
    [InlineData("410f7777")] // a text that is cut short
    [InlineData("4182ffff")] // the end of all codes
    public void What_is_no_list_is_refused(string list) => Assert.Null(Decode(new(), list));

    [Fact]
    public void A_field_gives_way_when_the_table_is_full_or_made_smaller()
    {
        var decoder = new HpackDecoder();
        Assert.Equal("a b", Decode(decoder, "40016101" + "62"));
        Assert.Equal("a b", Decode(decoder, "be"));
        Assert.Null(Decode(decoder, "20be"));
        Assert.Equal("", Decode(decoder, "3fe11f"));
        Assert.Null(Decode(decoder, "be"));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var written = new ByteQueue();
        HpackWriter.WriteStatus(written, 200);
        HpackWriter.WriteStatus(written, 418);
        HpackWriter.Write(written, "Content-Type"u8, "text/plain"u8);
        HpackWriter.Write(written, "X-Long"u8, Encoding.ASCII.GetBytes(new string('x', 300)));
        Assert.Equal($":status 200|:status 418|content-type text/plain|x-long {new string('x', 300)}", Decode(new(), Convert.ToHexString(written.Unread)));
    }

    private static string? Decode(HpackDecoder decoder, string list)
    {
        var taker = new Taker();
        return decoder.TryDecode(Convert.FromHexString(list), taker) ? string.Join('|', taker.Fields) : null;
    }

    // Encodes by searching the code of each octet: the shortest coded text that decodes to it.
    private static byte[] Encode(byte[] text)
    {
        var bits = new StringBuilder();
        foreach (var octet in text)
            bits.Append(s_codes.Value[octet]);
        while (bits.Length % 8 != 0)
            bits.Append('1');
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.ToString(i * 8, 8), 2))];
    }

    private static readonly Lazy<string[]> s_codes = new(() =>
    {
        var codes = new string[256];
        var pending = new Queue<string>([""]);
        var found = 0;
        var room = new byte[8];
        while (found < 256)
        {
            var prefix = pending.Dequeue();
            foreach (var bit in "01")
            {
                var code = prefix + bit;
                // Behind it stands an a, whose place the last zero shows: only where a code ends can it begin.
                var padded = code + "00011";
                padded = padded.PadRight((padded.Length + 7) / 8 * 8, '1');
                var bytes = Enumerable.Range(0, padded.Length / 8).Select(i => Convert.ToByte(padded.Substring(i * 8, 8), 2)).ToArray();
                if (HuffmanCode.TryDecode(bytes, room, out var length) && length == 2 && room[1] == 'a' && codes[room[0]] is null)
                {
                    codes[room[0]] = code;
                    found++;
                }
                else if (code.Length < 30)
                {
                    pending.Enqueue(code);
                }
            }
            Assert.True(pending.Count < 1_000_000);
        }
        return codes;
    });

    private sealed class Taker : IFieldTaker
    {
        public List<string> Fields { get; } = [];

        public void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
            => Fields.Add($"{Encoding.ASCII.GetString(name)} {Encoding.ASCII.GetString(value)}");
    }
}
