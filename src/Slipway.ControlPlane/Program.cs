using Slipway.ControlPlane.Hosting;

if (args is ["--version"] or ["--help"] or ["-h"])
{
    Console.WriteLine(args[0] == "--version" ? ControlPlaneIdentity.Version : StartOptions.Usage);
    return 0;
}
if (!StartOptions.TryParse(args, out var options, out var fault))
{
    await Console.Error.WriteLineAsync($"{fault}\n{StartOptions.Usage}");
    return 2;
}
try
{
    return await ControlPlaneProcess.Run(options, Interposed.Nothing);
}
catch (StartRefusedException refusal)
{
    await Console.Error.WriteLineAsync($"{refusal.Message} {refusal.Remedy}");
    return 3;
}
