namespace Slipway.Core.Tests;

/// <summary>The folder with the solution.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder)
        => File.Exists(Path.Combine(folder, "Slipway.slnx")) ? folder : Find(Path.GetDirectoryName(folder) ?? throw new FileNotFoundException("Slipway.slnx"));
}
