using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Proxying;

/// <summary>Two connections that have left HTTP behind: bytes go both ways, each direction ending on its own.</summary>
internal static class Tunnel
{
    /// <summary>Passes bytes until both directions have ended or one has broken, which ends the other; then both are closed.</summary>
    public static async Task RunAsync(Wire client, ReadBuffer fromClient, Wire instance, ReadBuffer fromInstance, TimeSpan writeDeadline)
    {
        var up = PassAsync(client, fromClient, instance, writeDeadline);
        var down = PassAsync(instance, fromInstance, client, writeDeadline);
        var first = await Task.WhenAny(up, down);
        if (!await first)
        {
            client.Close();
            instance.Close();
        }
        await Task.WhenAll(up, down);
        client.Close();
        instance.Close();
    }

    private static async Task<bool> PassAsync(Wire source, ReadBuffer input, Wire target, TimeSpan writeDeadline)
    {
        while (true)
        {
            if (input.Length > 0)
            {
                if (!await target.SendAsync(input.UnreadMemory, Deadlines.After(writeDeadline)))
                    return false;
                input.Consume(input.Length);
            }
            var space = input.Space();
            var count = await source.ReceiveAsync(space, Wire.Never);
            if (count < 0)
                return false;
            if (count == Wire.Ended)
            {
                target.EndSending();
                return true;
            }
            input.Filled(count);
            if (count == space.Length)
                input.Enlarge();
        }
    }
}
