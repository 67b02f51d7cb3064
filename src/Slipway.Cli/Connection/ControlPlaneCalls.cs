using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Core.Api;

namespace Slipway.Cli.Connection;

/// <summary>
/// The calls of the control plane's API. Throws <see cref="ControlPlaneUnreachableException"/> when none runs,
/// <see cref="IOException"/> or <see cref="SocketException"/> when the connection is lost, <see cref="CommandFailure"/>
/// when it refuses.
/// </summary>
internal sealed class ControlPlaneCalls(HomeFolder home)
{
    // Ending an environment takes as long as its slowest instance, checking a long journal its time.
    private static readonly TimeSpan s_answerMax = TimeSpan.FromMinutes(10);

    /// <summary>How long a stream may be silent; a control plane with nothing to say sends a comment every 10 s.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The home whose control plane is asked.</summary>
    public HomeFolder Home => home;

    /// <summary>Asks for a value.</summary>
    public async Task<T> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
        => Read(await Exchange("GET", path, default, cancel), type);

    /// <summary>Asks for something to be done.</summary>
    public async Task<TAnswer> Post<TRequest, TAnswer>(
        string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancel)
        where TAnswer : class
        => Read(await Exchange("POST", path, JsonSerializer.SerializeToUtf8Bytes(request, requestType), cancel), answerType);

    /// <summary>Sends a request and returns the body of its good answer.</summary>
    public async Task<byte[]> Exchange(string method, string path, ReadOnlyMemory<byte> json, CancellationToken cancel)
    {
        using var connection = await Open(cancel);
        var status = await connection.Send(method, path, json, s_answerMax, cancel);
        var body = await connection.ReadAll(cancel);
        return status is >= 200 and < 300 ? body : throw Refusal(status, body, connection.ServerVersion);
    }

    /// <summary>The values of a stream of server-sent events, until the control plane ends it.</summary>
    public async IAsyncEnumerable<T> Stream<T>(string path, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancel)
        where T : class
    {
        using var connection = await Open(cancel);
        var status = await connection.Send("GET", path, default, SilenceMax, cancel);
        if (status != 200)
            throw Refusal(status, await connection.ReadAll(cancel), connection.ServerVersion);
        await foreach (var data in connection.ReadEvents(SilenceMax, cancel))
            yield return Read(data, type);
    }

    /// <summary>Whether a control plane answers on the home's socket.</summary>
    public async Task<bool> Answers(CancellationToken cancel)
    {
        try
        {
            using var connection = await Open(cancel);
            return await connection.Send("GET", ApiRoutes.ControlPlane, default, SilenceMax, cancel) > 0;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            return false;
        }
    }

    private async Task<ControlPlaneConnection> Open(CancellationToken cancel)
    {
        try
        {
            return await ControlPlaneConnection.Open(home.SocketPath, cancel);
        }
        catch (SocketException error) when (error.SocketErrorCode
            is SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.HostNotFound || !File.Exists(home.SocketPath))
        {
            throw new ControlPlaneUnreachableException(home.Path, error);
        }
    }

    private static T Read<T>(byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new CommandFailure(ExitCodes.Outside, $"The control plane's answer is not understood: {error.Message}", "Run the same version of slipway and slipway-control-plane.");
        }
    }

    private static CommandFailure Refusal(int status, byte[] body, string? serverVersion)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, ApiJson.Default.Problem) is { Title: not null } problem)
                return CommandFailure.From(problem with { Status = status });
        }
        catch (JsonException)
        {
            // Not a problem document: the status says what there is to say.
        }
        var (what, remedy) = status == 426
            ? ($"The control plane is version {serverVersion ?? "unknown"}, this command line {BuildVersion.Text}.", "Use the command line of the same version, or restart the control plane with this one: slipway serve.")
            : ($"The control plane answered {status} without a reason.", "Look at its log, control.log in its home.");
        return new(ExitCodes.Outside, what, remedy) { Status = status };
    }
}
