using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Slipway.Cli.Connection;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Core.Routing;

namespace Slipway.Cli.GatewayVerbs;

/// <summary>Asks the gateway of an environment over its own admin socket: it answers whether a control plane runs or not.</summary>
internal sealed class GatewayCalls
{
    private static readonly TimeSpan s_answerMax = TimeSpan.FromSeconds(20);

    private readonly string _environment;
    private readonly string _socket;

    private GatewayCalls(string environment, string socket) => (_environment, _socket) = (environment, socket);

    /// <summary>The gateway that was asked for: of the environment that was named, else of the only one that has one, else of <c>local</c>.</summary>
    public static GatewayCalls Of(ParseResult result, CommonOptions common)
    {
        var home = common.Home(result);
        var environment = common.Environment(result)?.ToString() ?? OnlyOne(home) ?? "local";
        var record = Path.Combine(FolderOf(home, environment), "gateway.json");
        try
        {
            var known = JsonSerializer.Deserialize(File.ReadAllBytes(record), RoutingJson.Default.GatewayRecord)!;
            return new(environment, known.Admin);
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            throw new CommandFailure(ExitCodes.No, $"No gateway runs in {environment}.", "It is started with the first release that has a route: slipway deploy, or slipway up.");
        }
    }

    /// <summary>Asks; gives the body of a good answer.</summary>
    public async Task<byte[]> Ask(string method, string path, CancellationToken cancel)
    {
        try
        {
            using var connection = await ControlPlaneConnection.Open(_socket, cancel);
            var status = await connection.Send(method, path, default, s_answerMax, cancel);
            var body = await connection.ReadAll(cancel);
            return status == 200 ? body : throw new CommandFailure(ExitCodes.Outside, $"The gateway of {_environment} answered {status}.", "It may be of another version: slipway status shows which.");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new CommandFailure(ExitCodes.Outside, $"The gateway of {_environment} does not answer: {e.Message}", "See slipway status, and gateway.log in its folder.");
        }
    }

    private static string FolderOf(HomeFolder home, string environment) => Path.Combine(home.Path, "environments", environment, "gateway");

    private static string? OnlyOne(HomeFolder home)
    {
        var all = Path.Combine(home.Path, "environments");
        if (!Directory.Exists(all))
            return null;
        var known = Directory.GetDirectories(all).Select(folder => Path.GetFileName(folder)!).Where(name => File.Exists(Path.Combine(FolderOf(home, name), "gateway.json"))).ToList();
        return known is [var only] ? only : null;
    }
}
