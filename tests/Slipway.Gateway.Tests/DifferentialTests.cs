using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>
/// The same bytes to a Kestrel server, straight and through the gateway. What the gateway lets through, that server must have read in
/// the same way by itself: where two readers differ, one hides a request from the other. SLIPWAY_FUZZ_CASES asks for more cases,
/// SLIPWAY_FUZZ_SEED for others, and with SLIPWAY_FUZZ_READER=nginx an nginx reads them in place of Kestrel.
/// </summary>
public sealed class DifferentialTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int CasesAtATime = 64;

    private static readonly int s_cases = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_CASES"), out var cases) ? cases : 3_000;
    private static readonly int s_seed = int.TryParse(Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SEED"), out var seed) ? seed : 1;

    private readonly WebApplication _server = Server();
    private NginxReader? _nginx;
    private GatewayProcess _gateway = null!;
    private int _serverPort;

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        _serverPort = new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        if (Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_READER") == "nginx")
            _serverPort = (_nginx = await NginxReader.Start(_serverPort)).Port;
        _gateway = await GatewayProcess.Start(null, "--header-deadline", "1s", "--idle-deadline", "1s", "--body-deadline", "1s");
        await _gateway.Put(Service("web", Release(Blue, 1, _serverPort)));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_is_let_through_is_read_alike_on_both_sides()
    {
        var differing = new List<string>();
        var (accepted, refused) = (0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, s_cases), new ParallelOptions { MaxDegreeOfParallelism = CasesAtATime }, async (number, _) =>
        {
            var bytes = RequestMutations.Make(new Random(HashCode.Combine(s_seed, number)));
            var through = await Ask(_gateway.Port, bytes);
            Interlocked.Add(ref accepted, through.Count);
            if (through.Count == 0)
            {
                // Whatever the server would make of it, nothing reaches it.
                Interlocked.Increment(ref refused);
                return;
            }
            var straight = await Ask(_serverPort, bytes);
            for (var i = 0; i < through.Count; i++)
            {
                if (i < straight.Count && IsAlike(straight[i], through[i]))
                    continue;
                // Kestrel refuses what is not UTF-8 even in fields for one hop, which the gateway drops.
                if (i >= straight.Count && bytes.AsSpan().ContainsAnyInRange((byte)0x80, (byte)0xFF))
                    break;
                // nginx refuses a tab before a value, which is white space like any other (RFC 9110, section 5.6.3) and is passed on as none.
                if (i >= straight.Count && _nginx is not null && bytes.AsSpan().Contains((byte)'\t'))
                    break;
                lock (differing)
                    differing.Add($"case {number}, request {i + 1}:\n{Shown(bytes)}\n  straight: {(i < straight.Count ? straight[i] : "refused")}\n  through:  {through[i]}");
                break;
            }
        });
        output.WriteLine($"{s_cases} cases of seed {s_seed}: {accepted} requests were let through, {refused} cases none");
        Assert.True(differing.Count == 0, $"{differing.Count} of {s_cases} differ:\n" + string.Join("\n", differing.Take(5)));
        Assert.True(accepted > s_cases / 10, $"only {accepted} were let through");
        Assert.True(refused > s_cases / 10, $"only {refused} were refused");
    }

    // To a request without a Host field the gateway adds one: the authority of its target, or its own. And it writes the digits of what
    // stays percent-encoded in capitals, which means the same (RFC 3986, section 6.2.2.1); Kestrel shows what is no UTF-8 as it came.
    private static bool IsAlike(string straight, string through)
    {
        if (straight == through)
            return true;
        var (one, other) = (JsonSerializer.Deserialize<string[]>(straight)!, JsonSerializer.Deserialize<string[]>(through)!);
        one[1] = Regex.Replace(one[1], "%[0-9a-fA-F]{2}", static octet => octet.Value.ToUpperInvariant(), RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return one.SequenceEqual(other) || (one[3] is "" or NginxReader.NoHost && one.Where((_, i) => i != 3).SequenceEqual(other.Where((_, i) => i != 3)));
    }

    /// <summary>What a server says of the requests that it takes out of the bytes, one text for each; up to the first refusal.</summary>
    private static async Task<List<string>> Ask(int port, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", port);
        using var answers = new MemoryStream();
        try
        {
            // Kestrel drops what it was asked when its client ends its direction. So the last request says that it is the last,
            // and where that is swallowed as a part of another, both servers give up by themselves.
            await socket.SendAsync((byte[])[.. bytes, .. "GET /end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8]);
            var buffer = new byte[16 * 1024];
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            int count;
            while ((count = await socket.ReceiveAsync(buffer, patience.Token)) > 0)
                answers.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // A refusal may end in a reset.
        }
        return Read(Encoding.Latin1.GetString(answers.ToArray()));
    }

    private static List<string> Read(string answers)
    {
        var said = new List<string>();
        while (answers.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) || answers.StartsWith("HTTP/1.1 100 ", StringComparison.Ordinal))
        {
            var end = answers.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0)
                break;
            var head = answers[..end];
            answers = answers[(end + 4)..];
            if (head.StartsWith("HTTP/1.1 100", StringComparison.Ordinal))
                continue;
            const string Field = "Content-Length: ";
            var at = head.IndexOf(Field, StringComparison.OrdinalIgnoreCase) + Field.Length;
            var lineEnd = head.IndexOf('\r', at);
            var length = int.Parse(head[at..(lineEnd < 0 ? head.Length : lineEnd)]);
            if (answers.Length < length)
                break;
            said.Add(answers[..length]);
            answers = answers[length..];
        }
        return said;
    }

    private static string Shown(byte[] bytes) => string.Concat(bytes.Select(one => one switch
    {
        (byte)'\r' => "\\r",
        (byte)'\n' => "\\n\n",
        >= 32 and < 127 => ((char)one).ToString(),
        _ => $"\\x{one:x2}",
    }));

    private static WebApplication Server()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1);
            kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 1000, gracePeriod: TimeSpan.FromSeconds(1.1));
        }).UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        // The method, the path, the query, the host and the body: what two readers could disagree about.
        server.Run(static async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var said = JsonSerializer.SerializeToUtf8Bytes(new[]
            {
                context.Request.Method, context.Request.Path.Value, context.Request.QueryString.Value, context.Request.Host.Value,
                Convert.ToHexString(SHA256.HashData(body.ToArray()))[..16], context.Request.Headers["X-One"].ToString(),
            });
            context.Response.ContentLength = said.Length;
            await context.Response.Body.WriteAsync(said);
        });
        return server;
    }
}
