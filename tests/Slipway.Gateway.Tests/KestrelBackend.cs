using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Slipway.Gateway.Tests;

/// <summary>An instance as a team would write it, on ASP.NET Core.</summary>
internal sealed class KestrelBackend : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, bool> _connections = [];
    private int _served;

    private KestrelBackend(WebApplication application) => _application = application;

    public int Port { get; private set; }

    public int Served => Volatile.Read(ref _served);

    /// <summary>How many connections have carried a request.</summary>
    public int Connections => _connections.Count;

    /// <summary>Starts one.</summary>
    /// <param name="name">What it answers with.</param>
    /// <param name="http2">Whether it speaks HTTP/2 without TLS, and nothing else.</param>
    public static async Task<KestrelBackend> Start(string name, bool http2 = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.ConfigureEndpointDefaults(listen => listen.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
        builder.Logging.ClearProviders();
        var application = builder.Build();
        var backend = new KestrelBackend(application);
        application.UseWebSockets();
        application.Run(context => backend.Serve(context, name));
        await application.StartAsync();
        backend.Port = new Uri(application.Urls.Single()).Port;
        return backend;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task Serve(HttpContext context, string name)
    {
        Interlocked.Increment(ref _served);
        _connections.TryAdd(context.Connection.Id, true);
        switch (context.Request.Path.Value)
        {
            case "/hash":
                await context.Response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body)));
                break;
            case "/bytes":
                await context.Response.Body.WriteAsync(new byte[int.Parse(context.Request.Query["count"]!)]);
                break;
            case "/echo":
                await context.Request.Body.CopyToAsync(context.Response.Body);
                break;
            case "/trailers":
                context.Response.DeclareTrailer("x-sum");
                await context.Response.WriteAsync("body");
                context.Response.AppendTrailer("x-sum", "4");
                break;
            case "/events":
                await WriteEvents(context, name);
                break;
            case "/socket":
                using (var socket = await context.WebSockets.AcceptWebSocketAsync())
                    await Echo(socket);
                break;
            default:
                await context.Response.WriteAsync(name);
                break;
        }
    }

    private static async Task WriteEvents(HttpContext context, string name)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 0; i < int.Parse(context.Request.Query["count"]!); i++)
        {
            await context.Response.WriteAsync($"data: {name} {i}\n\n");
            await context.Response.Body.FlushAsync();
            await Task.Delay(20);
        }
    }

    private static async Task Echo(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer.AsMemory(), default);
            if (message.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", default);
                return;
            }
            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, default);
        }
    }
}
