using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.Fixture;

// What it does is said by FIXTURE_* variables; see Faults.cs. Without any it listens on PORT at once and answers.
if (args is ["exit", var code])
{
    Console.Error.WriteLine($"leaving with {code}");
    return int.Parse(code);
}
if (args is ["token", var verb])
    return await Tokens.RunAsync(verb);
if (args is ["work", var jobs])
    return await new JobWorker(jobs, Faults.FromEnvironment()).RunAsync();
if (args is ["tick", var file, var began, var every])
    return await new Ticker(file, long.Parse(began), long.Parse(every)).RunAsync();
var faults = Faults.FromEnvironment();
Console.WriteLine($"slipway-fixture {faults.Version} starts");
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    if (faults.IgnoreTerm)
        Console.WriteLine("ignoring SIGTERM");
    else
        faults.End(0);
});
Children.Start(faults);
Leaks.Tell();
_ = faults.RunAsync();
var port = int.TryParse(Environment.GetEnvironmentVariable("PORT"), out var given) ? given : 0;
if (faults.ListenAfter is { } wait && Environment.GetEnvironmentVariable("PORT") is not null)
{
    if (wait > TimeSpan.Zero)
        await Task.Delay(wait);
    using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    try
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
    }
    catch (SocketException e)
    {
        Console.Error.WriteLine($"cannot listen on port {port}: {e.Message}");
        return 98;
    }
    listener.Listen(512);
    Console.WriteLine($"listening on {listener.LocalEndPoint} after {(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds:0} ms");
    var server = new Server(faults);
    _ = server.RunAsync(listener);
    var exit = await faults.Ended;
    listener.Close();
    await server.DrainAsync(faults.Drain);
    Console.WriteLine("drained");
    return exit;
}
return await faults.Ended;
