using System.Security.Cryptography;
using System.Text;
using Slipway.ControlPlane.Hosting;

namespace Slipway.ControlPlane.Callers;

/// <summary>The bearer token of the loopback listener: 256 random bits, readable by the home's owner alone.</summary>
internal sealed class AccessToken
{
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    private readonly byte[] _hash;

    private AccessToken(string value) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    /// <summary>Reads the home's token, making one when there is none.</summary>
    /// <exception cref="StartRefusedException">It is damaged, or others could have read it.</exception>
    public static AccessToken Open(Home home)
    {
        try
        {
            if (!File.Exists(home.Token))
                Create(home.Token);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(home.Token) & Others) != UnixFileMode.None)
                throw new StartRefusedException($"{home.Token} could be read by others.", "Delete it; the next start makes a new one.");
            var value = File.ReadAllText(home.Token).Trim();
            return value.Length >= 43
                ? new(value)
                : throw new StartRefusedException($"{home.Token} is damaged.", "Delete it; the next start makes a new one.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{home.Token} cannot be used: {fault.Message.TrimEnd('.')}.", "Check its owner and free space.", fault);
        }
    }

    /// <summary>Whether an Authorization header carries this token, in a time that tells nothing about it.</summary>
    public bool Admits(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        // Hashes have one length, so not even the token's length shows.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }

    private static void Create(string path)
    {
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(beside, options))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(beside, path, overwrite: false);
    }
}
