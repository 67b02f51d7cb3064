using System.Runtime.CompilerServices;

namespace Slipway.EndToEnd.Tests;

/// <summary>The programs as users get them: the folder that <c>dotnet tasks.cs build</c> makes.</summary>
internal static class Installed
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Folder(), "..", ".."));

    public static string Slipway => Program("slipway");

    public static string ControlPlane => Program("slipway-control-plane");

    public static string Fixture { get; } = Path.Combine(Root, "tests", "Slipway.Fixture", "bin", "Release", "net10.0", "slipway-fixture");

    private static string Program(string name)
    {
        var path = Path.Combine(Root, "out", name);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing. Run: dotnet tasks.cs build");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
