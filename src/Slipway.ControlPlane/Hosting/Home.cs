namespace Slipway.ControlPlane.Hosting;

/// <summary>The folder that holds everything of one application: its socket, journal, secrets, artefacts and instances.</summary>
/// <param name="folder">Absolute.</param>
internal sealed class Home(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    /// <summary>The folder itself, absolute.</summary>
    public string Folder { get; } = folder;

    /// <summary>The API's Unix socket, unless its path would be too long.</summary>
    public string Socket => Path.Combine(Folder, "control.sock");

    /// <summary>Says where the socket is when it is not here.</summary>
    public string SocketAddress => Path.Combine(Folder, "control.address");

    /// <summary>Held while a control plane runs.</summary>
    public string Lock => Path.Combine(Folder, "control.lock");

    /// <summary>The bearer token of the loopback listener.</summary>
    public string Token => Path.Combine(Folder, "token");

    /// <summary>The journal.</summary>
    public string Journal => Path.Combine(Folder, "journal.db");

    /// <summary>The working folders and logs of an environment's instances.</summary>
    public string Instances(EnvironmentName environment) => Path.Combine(Folder, "environments", environment.ToString(), "instances");

    /// <summary>What an environment's instances share and keep over releases.</summary>
    public string Data(EnvironmentName environment) => Path.Combine(Folder, "environments", environment.ToString(), "data");

    /// <summary>Makes the folder exist with access for its owner alone.</summary>
    /// <exception cref="StartRefusedException">It cannot be, or is a folder full of something else.</exception>
    public static Home Open(string folder)
    {
        var home = new Home(folder);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                home.CreateOwnerOnly();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The home folder {folder} cannot be used: {fault.Message.TrimEnd('.')}.", "Choose another with --home.", fault);
        }
        return home;
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void CreateOwnerOnly()
    {
        Directory.CreateDirectory(Folder, OwnerOnly);
        var mode = File.GetUnixFileMode(Folder);
        if ((mode & Others) == UnixFileMode.None)
            return;
        // Closing a folder that holds something else, such as /tmp, would take it from its other users.
        if (Directory.EnumerateFileSystemEntries(Folder).Any() && !File.Exists(Lock) && !File.Exists(Journal))
        {
            throw new StartRefusedException(
                $"The folder {Folder} is open to other users and holds files that are not Slipway's.",
                "Choose an empty folder with --home, or close this one with: chmod 700 FOLDER.");
        }
        File.SetUnixFileMode(Folder, OwnerOnly);
    }
}
