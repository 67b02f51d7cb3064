using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tls").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_request_over_TLS_is_carried_and_says_so(SslProtocols protocol)
    {
        Write("shop", "shop.test");
        await using var backend = RawBackend.Saying("safe");
        await using var gateway = await Start();
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await using var tls = await Greet(client, "shop.test", protocol);
        Assert.Equal(SslApplicationProtocol.Http11, tls.NegotiatedApplicationProtocol);
        for (var i = 0; i < 3; i++)
            Assert.EndsWith("safe", await Ask(tls));
        Assert.All(backend.Heads, head => Assert.Contains("X-Forwarded-Proto: https\r\n", head));
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task A_large_body_goes_both_ways()
    {
        Write("shop", "shop.test");
        var body = new string('b', 300_000);
        await using var backend = RawBackend.Each(async (peer, _) =>
        {
            var read = await peer.Read(body.Length);
            await peer.Send($"HTTP/1.1 200 OK\r\nContent-Length: {read.Length}\r\n\r\n{read}");
        });
        await using var gateway = await Start();
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await using var tls = await Greet(client, "shop.test");
        var answer = await Ask(tls, $"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}", toEnd: true);
        Assert.EndsWith(body, answer);
    }

    [Theory]
    [InlineData("shop.test", "CN=shop.test")]
    [InlineData("a.wild.test", "CN=*.wild.test")]
    [InlineData("b.a.wild.test", "CN=shop.test")]
    [InlineData("unknown", "CN=shop.test")]
    public async Task The_certificate_is_chosen_by_name_then_wildcard_then_the_first(string name, string expected)
    {
        Write("a-shop", "shop.test");
        Write("b-wild", "*.wild.test");
        await using var gateway = await Start();
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await using var tls = await Greet(client, name);
        Assert.Equal(expected, tls.RemoteCertificate!.Subject);
    }

    [Fact]
    public async Task A_new_certificate_is_taken_without_dropping_a_connection_and_a_bad_one_leaves_the_one_before()
    {
        Write("shop", "shop.test");
        Write("other", "other.test");
        await using var backend = RawBackend.Saying("safe");
        await using var gateway = await Start();
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await using var tls = await Greet(client, "shop.test");
        Assert.EndsWith("safe", await Ask(tls));
        var before = await SerialOf(gateway, "shop.test");

        await File.WriteAllTextAsync(Path.Combine(_folder, "shop.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        await Eventually.True(() => gateway.Log.Contains("the one before stays", StringComparison.Ordinal), "the bad certificate is refused");
        Assert.Equal(before, await SerialOf(gateway, "shop.test"));
        Write("shop", "shop.test");
        await Eventually.True(async () => await SerialOf(gateway, "shop.test") != before, () => "the new certificate is in use");
        Assert.Equal("CN=other.test", await SubjectOf(gateway, "other.test"));
        Assert.EndsWith("safe", await Ask(tls));
    }

    [Fact]
    public async Task Plain_text_on_the_port_for_TLS_ends_only_that_connection()
    {
        Write("shop", "shop.test");
        await using var gateway = await Start();
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await client.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.DoesNotContain("HTTP", await client.ReadToEnd());
        await Eventually.True(() => gateway.Log.Contains("a TLS handshake failed", StringComparison.Ordinal), "the failure is logged");
        Assert.Equal("CN=shop.test", await SubjectOf(gateway, "shop.test"));
    }

    [Fact]
    public async Task A_handshake_that_takes_too_long_is_cut_off()
    {
        Write("shop", "shop.test");
        await using var gateway = await Start("--header-deadline", "300ms");
        using var client = await RawPeer.Connect(gateway.TlsPort);
        Assert.Equal("", await client.ReadToEnd());
        await Eventually.True(() => gateway.Log.Contains("the client was too slow", StringComparison.Ordinal), "the failure is logged");
    }

    [Fact]
    public async Task An_answer_that_ends_with_its_connection_ends_with_a_goodbye()
    {
        Write("shop", "shop.test");
        await using var backend = RawBackend.Saying("bye");
        await using var gateway = await Start();
        await gateway.Put(Service("web", Release(Blue, 1, backend.Port)));
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await using var tls = await Greet(client, "shop.test");
        Assert.EndsWith("bye", await Ask(tls, "GET / HTTP/1.0\r\n\r\n", toEnd: true));
    }

    private Task<GatewayProcess> Start(params string[] options)
        => GatewayProcess.Start(null, ["--tls", "127.0.0.1:0", "--certificates", _folder, .. options]);

    private static async Task<SslStream> Greet(RawPeer peer, string name, SslProtocols protocols = SslProtocols.None)
    {
        var tls = new SslStream(new System.Net.Sockets.NetworkStream(peer.Socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name,
            EnabledSslProtocols = protocols,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            // The certificate is the test's own; which one comes is what is asked.
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        });
        return tls;
    }

    private static async Task<string> Ask(SslStream tls, string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n", bool toEnd = false)
    {
        await tls.WriteAsync(Encoding.Latin1.GetBytes(request));
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await tls.ReadAsync(buffer)) > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            if (!toEnd && text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                break;
        }
        return text.ToString();
    }

    private static async Task<string> SerialOf(GatewayProcess gateway, string name)
    {
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await using var tls = await Greet(client, name);
        return tls.RemoteCertificate!.GetSerialNumberString();
    }

    private static async Task<string> SubjectOf(GatewayProcess gateway, string name)
    {
        using var client = await RawPeer.Connect(gateway.TlsPort);
        await using var tls = await Greet(client, name);
        return tls.RemoteCertificate!.Subject;
    }

    private void Write(string file, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(Path.Combine(_folder, file + ".key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, file + ".crt"), certificate.ExportCertificatePem());
    }
}
