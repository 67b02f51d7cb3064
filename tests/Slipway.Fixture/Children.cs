using System.Diagnostics;

namespace Slipway.Fixture;

/// <summary>Processes that this one starts and does not look after.</summary>
internal static class Children
{
    public static void Start(Faults faults)
    {
        for (var i = 0; i < faults.Children; i++)
            Start("sleep", "1000");
        for (var i = 0; i < faults.Strays; i++)
            Start("setsid", "sleep 1000");
    }

    private static void Start(string program, string arguments)
    {
        using var child = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false });
        Console.WriteLine($"child {child?.Id}");
    }
}
