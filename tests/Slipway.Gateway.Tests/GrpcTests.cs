using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using static Slipway.Gateway.Tests.Tables;

namespace Slipway.Gateway.Tests;

/// <summary>gRPC as applications speak it: the framework's client and server, with the health and reflection services that come with it.</summary>
public sealed class GrpcTests(SharedGateway gateway) : IClassFixture<SharedGateway>, IAsyncLifetime
{
    private static readonly Method<HealthCheckRequest, HealthCheckResponse> s_nobody = new(
        MethodType.Unary, "no.Such", "Method", Marshallers.Create(MessageExtensions.ToByteArray, HealthCheckRequest.Parser.ParseFrom),
        Marshallers.Create(MessageExtensions.ToByteArray, HealthCheckResponse.Parser.ParseFrom));

    private readonly string _release = SharedGateway.NewRelease();
    private readonly WebApplication _server = Server();
    private GrpcChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.StartAsync();
        await gateway.Put(Service("web", Route(timeout: TimeSpan.FromMinutes(1)), Http2Release(_release, 1, new Uri(_server.Urls.Single()).Port)));
        _channel = GrpcChannel.ForAddress(gateway.Gateway.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_release_is_judged_by_what_its_calls_came_to()
    {
        var client = new Health.HealthClient(_channel);
        await client.CheckAsync(new());
        await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new() { Service = "nobody" }));
        await gateway.Gateway.Reads(_release, reading => reading is { Requests: 2, Errors: 0 });
        await Assert.ThrowsAsync<RpcException>(async () => await _channel.CreateCallInvoker().AsyncUnaryCall(s_nobody, null, new(), new()));
        await gateway.Gateway.Reads(_release, reading => reading is { Requests: 3, Errors: 1 });
    }

    [Fact]
    public async Task The_access_log_says_what_a_call_came_to()
    {
        var folder = Directory.CreateTempSubdirectory("log");
        var path = Path.Combine(folder.FullName, "access.jsonl");
        await using (var own = await GatewayProcess.Start(null, "--access-log", path))
        {
            await own.Put(Service("web", Http2Release(_release, 1, new Uri(_server.Urls.Single()).Port)));
            using var channel = GrpcChannel.ForAddress(own.Address);
            var client = new Health.HealthClient(channel);
            await client.CheckAsync(new());
            await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new() { Service = "nobody" }));
            await Eventually.True(() => File.ReadAllLines(path).Length == 2, "both are written");
        }
        Assert.Collection(
            File.ReadAllLines(path),
            line => Assert.Contains("\"status\":\"200\",\"grpcStatus\":\"0\"", line),
            line => Assert.Contains("\"status\":\"200\",\"grpcStatus\":\"5\"", line));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_call_is_answered_with_its_status_behind_it()
    {
        using var call = new Health.HealthClient(_channel).CheckAsync(new());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await call).Status);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_call_that_fails_says_why()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(_channel).CheckAsync(new() { Service = "nobody" }));
        Assert.Equal(StatusCode.NotFound, fault.StatusCode);
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_said_to_be_unimplemented()
    {
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await _channel.CreateCallInvoker().AsyncUnaryCall(s_nobody, null, new(), new()));
        Assert.Equal(StatusCode.Unimplemented, fault.StatusCode);
    }

    [Fact]
    public async Task Answers_of_a_stream_come_one_by_one()
    {
        using var cancel = new CancellationTokenSource();
        using var call = new Health.HealthClient(_channel).Watch(new(), cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, call.ResponseStream.Current.Status);
        // What follows comes only when the health changes: the call goes on.
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.MoveNext(default))).StatusCode);
    }

    [Fact]
    public async Task Both_sides_of_a_call_speak_in_turn()
    {
        using var call = new ServerReflection.ServerReflectionClient(_channel).ServerReflectionInfo();
        for (var i = 0; i < 5; i++)
        {
            await call.RequestStream.WriteAsync(new() { ListServices = "" });
            Assert.True(await call.ResponseStream.MoveNext(default));
            Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "grpc.health.v1.Health");
        }
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(default));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Hundreds_of_calls_at_once_are_all_answered()
    {
        var client = new Health.HealthClient(_channel);
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => client.CheckAsync(new()).ResponseAsync));
        Assert.All(answers, answer => Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status));
    }

    [Fact]
    public async Task An_instance_that_is_away_is_unavailable()
    {
        using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await gateway.Put(Service("web", Http2Release(SharedGateway.NewRelease(), 1, port)));
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(_channel).CheckAsync(new()));
        Assert.Equal(StatusCode.Unavailable, fault.StatusCode);
    }

    private static WebApplication Server()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.Protocols = HttpProtocols.Http2)).UseUrls("http://127.0.0.1:0");
        builder.Services.AddGrpc();
        builder.Services.AddGrpcHealthChecks().AddCheck("always", static () => HealthCheckResult.Healthy());
        builder.Services.Configure<HealthCheckPublisherOptions>(static options => options.Delay = TimeSpan.Zero);
        builder.Services.AddGrpcReflection();
        var server = builder.Build();
        server.MapGrpcHealthChecksService();
        server.MapGrpcReflectionService();
        return server;
    }
}
