using System.Diagnostics;

namespace Slipway.Bench.Gateways;

/// <summary>What the proxies stand in front of: an nginx of its own that answers 1 KiB, 64 KiB, or nothing after a body.</summary>
internal sealed class Origin : IDisposable
{
    public const string Small = "/";
    public const string Large = "/large";
    public const string Upload = "/upload";

    /// <summary>So far behind the first port it listens on another, for two releases cannot share one.</summary>
    public const int Second = 50;

    private readonly Process _process;

    private Origin(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static Origin Start(string folder, int port)
    {
        var pages = Path.Combine(folder, "pages");
        Directory.CreateDirectory(pages);
        File.WriteAllText(Path.Combine(pages, "large"), new string('x', 64 * 1024));
        var config = Path.Combine(folder, "origin.conf");
        File.WriteAllText(config, $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            daemon off;
            worker_processes 1;
            pid {{folder}}/origin.pid;
            error_log stderr crit;
            events { worker_connections 4096; }
            http {
              access_log off;
              keepalive_requests 100000000;
              keepalive_timeout 600s;
              {{NginxFolders.Under(folder, "origin")}}
              open_file_cache max=10;
              sendfile on;
              tcp_nopush on;
              server {
                listen 127.0.0.1:{{port}} backlog=4096;
                listen 127.0.0.1:{{port + Second}} backlog=4096;
                location = {{Small}} { return 200 "{{new string('x', 1024)}}"; }
                location = {{Large}} { root {{pages}}; }
                location = {{Upload}} { return 200 "ok"; }
              }
            }
            """);
        return new(Process.Start(new ProcessStartInfo("taskset", ["-c", Cores.Others, "nginx", "-p", folder, "-c", config]) { UseShellExecute = false })!, port);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
