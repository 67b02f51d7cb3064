namespace Slipway.Cli.Homes;

/// <summary>The folder in which one control plane keeps everything of one application.</summary>
/// <param name="Path">Its absolute path; it need not exist yet.</param>
internal sealed record HomeFolder(string Path)
{
    /// <summary>The name of the environment variable that names a home.</summary>
    public const string Variable = "SLIPWAY_HOME";

    /// <summary>Where a detached control plane writes its log.</summary>
    public string ControlLogPath => System.IO.Path.Combine(Path, "control.log");

    /// <summary>Left by <c>up</c>, which started the control plane, for <c>down</c>, which may then end it.</summary>
    public string StartedByUpPath => System.IO.Path.Combine(Path, "control.up");

    /// <summary>The control plane's socket: beside the journal, or where <c>control.address</c> says when that path is too long for one.</summary>
    public string SocketPath
    {
        get
        {
            var address = System.IO.Path.Combine(Path, "control.address");
            return File.Exists(address) ? File.ReadAllText(address).Trim() : System.IO.Path.Combine(Path, "control.sock");
        }
    }

    /// <summary>The home that was asked for, by option or variable, or else the one beside the manifest; null when there is neither.</summary>
    public static HomeFolder? Find(string? option, string? manifestPath)
    {
        var named = option ?? System.Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
            return new(System.IO.Path.GetFullPath(named));
        return manifestPath is null ? null : new(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(manifestPath)!, ".slipway"));
    }
}
