namespace Slipway.Bench.Gateways;

/// <summary>nginx, HAProxy and Caddy, set up as their manuals recommend for a reverse proxy, with one core each.</summary>
internal static class Peers
{
    public static Task<Proxy> Nginx(string folder, int port, int origin, CancellationToken stop)
    {
        var config = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(config, $$"""
            daemon off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log stderr crit;
            events { worker_connections 16384; }
            http {
              access_log off;
              keepalive_requests 100000000;
              keepalive_timeout 600s;
              {{string.Join(' ', ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(what => $"{what}_temp_path {folder}/nginx-{what};"))}}
              client_body_buffer_size 64k;
              proxy_buffer_size 16k;
              proxy_buffers 16 16k;
              upstream origin { server 127.0.0.1:{{origin}}; keepalive 512; keepalive_requests 100000000; }
              server {
                listen 127.0.0.1:{{port}} backlog=4096;
                listen 127.0.0.1:{{port + Proxy.TlsOffset}} ssl backlog=4096;
                ssl_certificate {{SlipwayProxy.Certificates(folder)}}/bench.crt;
                ssl_certificate_key {{SlipwayProxy.Certificates(folder)}}/bench.key;
                ssl_session_cache shared:bench:10m;
                location / {
                  proxy_pass http://origin;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $host;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                  proxy_set_header X-Request-Id $request_id;
                }
              }
            }
            """);
        return Proxy.Start("nginx", port, ["nginx", "-p", folder, "-c", config], null, stop);
    }

    public static Task<Proxy> HAProxy(string folder, int port, int origin, CancellationToken stop)
    {
        var config = Path.Combine(folder, "haproxy.cfg");
        File.WriteAllText(config, $"""
            global
              nbthread 1
              maxconn 4096
            defaults
              mode http
              timeout connect 5s
              timeout client 600s
              timeout server 600s
              option http-keep-alive
              http-reuse always
              option forwardfor
              unique-id-format %[uuid()]
              unique-id-header X-Request-Id
            frontend clients
              bind 127.0.0.1:{port} backlog 4096
              default_backend origin
            backend origin
              server one 127.0.0.1:{origin} pool-max-conn 512

            """);
        return Proxy.Start("HAProxy", port, ["haproxy", "-f", config, "-db"], null, stop);
    }

    public static Task<Proxy> Caddy(string folder, int port, int origin, CancellationToken stop)
    {
        var config = Path.Combine(folder, "Caddyfile");
        File.WriteAllText(config, $$"""
            {
              admin off
              auto_https off
            }
            http://:{{port}} {
              bind 127.0.0.1
              reverse_proxy 127.0.0.1:{{origin}} {
                header_up X-Request-Id {http.request.uuid}
                transport http {
                  keepalive_idle_conns_per_host 512
                }
              }
            }

            """);
        return Proxy.Start("Caddy", port, ["caddy", "run", "--config", config, "--adapter", "caddyfile"],
            new Dictionary<string, string> { ["GOMAXPROCS"] = "1", ["XDG_DATA_HOME"] = folder, ["XDG_CONFIG_HOME"] = folder, ["HOME"] = folder }, stop);
    }
}
