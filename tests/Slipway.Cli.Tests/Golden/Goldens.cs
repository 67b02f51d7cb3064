using System.Runtime.CompilerServices;

namespace Slipway.Cli.Tests.Golden;

/// <summary>Texts kept beside the tests. Set <c>SLIPWAY_UPDATE_GOLDEN=1</c> to write them anew, then review the difference.</summary>
internal static class Goldens
{
    public static void ShouldBe(string name, string actual)
    {
        var path = Path.Combine(Folder(), name);
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{name} is missing. Run the tests with SLIPWAY_UPDATE_GOLDEN=1.");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual.ReplaceLineEndings("\n"));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
