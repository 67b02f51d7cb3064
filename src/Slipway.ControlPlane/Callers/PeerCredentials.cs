using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Slipway.ControlPlane.Hosting;

namespace Slipway.ControlPlane.Callers;

/// <summary>The user at the other end of a Unix socket, as the kernel knows it: it cannot be made up.</summary>
/// <param name="User">The user's number.</param>
internal sealed record PeerCredentials(uint User)
{
    private static readonly Lazy<IReadOnlyDictionary<uint, string>> Names = new(ReadNames);

    /// <summary>Asks the kernel; null where it has no answer (Windows).</summary>
    public static PeerCredentials? Of(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            // SOL_SOCKET, SO_PEERCRED: struct ucred { pid, uid, gid } (man 7 unix).
            Span<byte> credentials = stackalloc byte[12];
            return socket.GetRawSocketOption(1, 17, credentials) == 12 ? new(MemoryMarshal.Read<uint>(credentials[4..])) : null;
        }
        if (OperatingSystem.IsMacOS())
        {
            // SOL_LOCAL, LOCAL_PEERCRED: struct xucred { version, uid, ngroups, groups[16] } (man 4 unix).
            Span<byte> credentials = stackalloc byte[76];
            return socket.GetRawSocketOption(0, 1, credentials) >= 8 ? new(MemoryMarshal.Read<uint>(credentials[4..])) : null;
        }
        return null;
    }

    /// <summary>Whether this user may steer the home: its owner, and root, who may anyway.</summary>
    public bool MayCall => OperatingSystem.IsWindows() || User == 0 || User == NativeMethods.GetEffectiveUser();

    /// <summary>The user's name and number, such as <c>ada (1000)</c>.</summary>
    public override string ToString()
        => $"{(Names.Value.TryGetValue(User, out var name) ? name : "user")} ({User.ToString(CultureInfo.InvariantCulture)})";

    private static Dictionary<uint, string> ReadNames()
    {
        var names = new Dictionary<uint, string>();
        if (File.Exists("/etc/passwd"))
        {
            foreach (var line in File.ReadLines("/etc/passwd"))
            {
                var fields = line.Split(':');
                if (fields.Length > 2 && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var user))
                    names.TryAdd(user, fields[0]);
            }
        }
        // Users of a directory service are not in the file; our own name is known in another way.
        if (!OperatingSystem.IsWindows())
            names.TryAdd(NativeMethods.GetEffectiveUser(), Environment.UserName);
        return names;
    }
}
