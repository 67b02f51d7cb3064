using System.Runtime.CompilerServices;

namespace Slipway.Bench;

/// <summary>Where the repository and its built programs lie.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Folder(), "..", ".."));

    public static string Slipway { get; } = Path.Combine(Root, "out", "slipway");

    public static string Fixture { get; } = Path.Combine(Root, "tests", "Slipway.Fixture", "bin", "Release", "net10.0", "slipway-fixture");

    public static string CourierApi { get; } = Path.Combine(Root, "examples", "courier", "artifacts", "bin", "Courier.Api", "release", "Courier.Api");

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
