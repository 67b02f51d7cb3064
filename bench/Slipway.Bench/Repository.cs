using System.Runtime.CompilerServices;

namespace Slipway.Bench;

/// <summary>Where the repository and its built programs lie.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Folder(), "..", ".."));

    /// <summary>This program, whether or not it was itself started by way of dotnet.</summary>
    public static string Bench { get; } = Path.Combine(AppContext.BaseDirectory, "slipway-bench");

    public static string Slipway { get; } = Path.Combine(Root, "out", "slipway");

    public static string Fixture { get; } = Path.Combine(Root, "tests", "Slipway.Fixture", "bin", "Release", "net10.0", "slipway-fixture");

    public static string CourierApi { get; } = Path.Combine(Root, "examples", "courier", "artifacts", "bin", "Courier.Api", "release", "Courier.Api");

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
