using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Slipway.ControlPlane.Hosting;

/// <summary>Where the API's Unix socket lies, and the clearing away of one that a dead control plane left.</summary>
internal static class ControlSocket
{
    /// <summary>The longest path that every Unix takes for a socket, in bytes (macOS: 104 with the final zero).</summary>
    public const int PathBytesMax = 100;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// The path to bind: in the home, or below the temporary folder when that is too long. Nothing is left there, and
    /// <see cref="Home.SocketAddress"/> says where it is when it is elsewhere. Call it with the home's lock held.
    /// </summary>
    /// <exception cref="StartRefusedException">Somebody answers there, or the folder is not safe.</exception>
    /// <param name="home">The home.</param>
    /// <param name="evenAnswered">Whether one that answers there has gone silent, and lost its lease: its socket is taken from it.</param>
    public static string Claim(Home home, bool evenAnswered = false) => Claim(home, Path.GetTempPath(), evenAnswered);

    /// <summary>As the other, with another temporary folder.</summary>
    internal static string Claim(Home home, string temporaryFolder, bool evenAnswered = false)
    {
        var path = PathOf(home, temporaryFolder);
        try
        {
            if (path == home.Socket)
            {
                File.Delete(home.SocketAddress);
            }
            else
            {
                if (!OperatingSystem.IsWindows())
                    CreateOwnFolder(Path.GetDirectoryName(path)!);
                WriteAddress(home, path);
            }
            if (!evenAnswered && Answers(path))
            {
                throw new StartRefusedException(
                    $"Somebody already answers on {path}, though the lock of {home.Folder} was free.",
                    "End that process first.");
            }
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The socket {path} cannot be made: {fault.Message.TrimEnd('.')}.", "Check the folder's owner and free space.", fault);
        }
        return path;
    }

    /// <summary>
    /// Binds an address of the server. The socket file gets mode 0600 before anything listens on it, so there is no instant
    /// at which another user could connect.
    /// </summary>
    public static Socket Bind(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        if (address is UnixDomainSocketEndPoint && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(address.ToString()!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return socket;
    }

    /// <summary>Where a home's socket lies.</summary>
    public static string PathOf(Home home, string temporaryFolder)
    {
        if (Encoding.UTF8.GetByteCount(home.Socket) <= PathBytesMax)
            return home.Socket;
        var user = OperatingSystem.IsWindows() ? 0 : NativeMethods.GetEffectiveUser();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home.Folder)))[..16];
        return Path.Combine(temporaryFolder, $"slipway-{user}", $"{hash}.sock");
    }

    /// <summary>Whether a live process accepts connections on a socket.</summary>
    public static bool Answers(string path)
    {
        if (!File.Exists(path))
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            // Refused: the file outlived its process.
            return false;
        }
    }

    private static void WriteAddress(Home home, string path)
    {
        var beside = home.SocketAddress + ".new";
        File.WriteAllText(beside, path + "\n");
        File.Move(beside, home.SocketAddress, overwrite: true);
    }

    // The temporary folder is open to all users: what lies there under our name counts only when it is really ours.
    [UnsupportedOSPlatform("windows")]
    private static void CreateOwnFolder(string folder)
    {
        Directory.CreateDirectory(folder, OwnerOnly);
        var isLink = new DirectoryInfo(folder).LinkTarget is not null;
        if (isLink || NativeMethods.ChangeOwner(folder, NativeMethods.GetEffectiveUser(), uint.MaxValue) != 0)
            throw new StartRefusedException($"{folder} belongs to somebody else.", "Use a --home with a shorter path, or have it removed.");
        File.SetUnixFileMode(folder, OwnerOnly);
    }
}
