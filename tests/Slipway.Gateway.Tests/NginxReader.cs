using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Gateway.Tests;

/// <summary>An nginx of a test's own that reads requests and passes them to a server: another reader to agree with.</summary>
internal sealed class NginxReader : IAsyncDisposable
{
    /// <summary>What it passes on of a request that names no host.</summary>
    public const string NoHost = "nobody";

    private readonly string _folder = Directory.CreateTempSubdirectory("nginx").FullName;
    private readonly Process _process;

    private NginxReader(int port, int server)
    {
        Port = port;
        var configuration = Path.Combine(_folder, "nginx.conf");
        File.WriteAllText(configuration, $$"""
            daemon off;
            worker_processes 1;
            pid {{_folder}}/pid;
            error_log {{_folder}}/error.log;
            events { worker_connections 8192; }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/body;
                proxy_temp_path {{_folder}}/proxy;
                fastcgi_temp_path {{_folder}}/fastcgi;
                uwsgi_temp_path {{_folder}}/uwsgi;
                scgi_temp_path {{_folder}}/scgi;
                # As RFC 3986 has it: an empty segment is a segment.
                merge_slashes off;
                client_header_timeout 1s;
                client_body_timeout 1s;
                keepalive_timeout 1s;
                keepalive_requests 1000000;
                map $http_host $said { default $http_host; "" {{NoHost}}; }
                upstream server { server 127.0.0.1:{{server}}; keepalive 128; }
                server {
                    listen 127.0.0.1:{{port}} backlog=4096;
                    location / { proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $said; }
                }
            }
            """);
        _process = Process.Start(new ProcessStartInfo("nginx", ["-c", configuration, "-p", _folder]) { UseShellExecute = false, RedirectStandardError = true })!;
    }

    public int Port { get; }

    public static async Task<NginxReader> Start(int server)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var reader = new NginxReader(port, server);
        await Eventually.True(
            () =>
            {
                Assert.False(reader._process.HasExited);
                try
                {
                    using var client = new TcpClient("127.0.0.1", port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            "nginx listens");
        return reader;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
