using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Gateway.Hosting;

// Before the first socket: completions then run on the thread that polled them instead of hopping to the thread pool, which
// costs a third less processor time for a request. Only where there is no epoll; SLIPWAY_GATEWAY_INLINE=0 is the way back.
if (Environment.GetEnvironmentVariable("SLIPWAY_GATEWAY_INLINE") != "0")
    Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

if (args is ["--version"])
{
    Console.Out.WriteLine(typeof(GatewayHost).Assembly.GetName().Version?.ToString(3));
    return 0;
}
if (args is ["--help"])
{
    Console.Out.WriteLine(GatewayOptions.Usage);
    return 0;
}
if (!GatewayOptions.TryParse(args, out var options, out var fault))
{
    Console.Error.WriteLine($"slipway-gateway: {fault}\n\n{GatewayOptions.Usage}");
    return 2;
}

using var log = new GatewayLog(Console.OpenStandardError());
using var ended = new ManualResetEventSlim();
void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.Set();
}
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
// A gateway outlives the terminal that started it.
using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
try
{
    using var host = new GatewayHost(options, log, ended.Set);
    host.Start();
    ended.Wait();
    await host.StopAsync();
    return 0;
}
catch (SocketException e)
{
    log.Error(e.SocketErrorCode == SocketError.AddressAlreadyInUse
        ? $"The address {options.Listen} is in use by another program. End that one, or choose another with --listen."
        : $"The address {options.Listen} cannot be listened on: {e.Message}");
    return 3;
}
catch (Exception e) when (e is HomeTakenException or IOException or UnauthorizedAccessException)
{
    log.Error(e.Message);
    return 3;
}
