using System.Security.Cryptography;
using System.Text;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Credentials;

/// <summary>
/// What PostgreSQL keeps of a password: enough to check it, not to use it. By RFC 5802, section 3, and RFC 7677, in the form of
/// PostgreSQL's <c>pg_authid.rolpassword</c>. A server that is given this form keeps it as it is.
/// </summary>
internal static class ScramVerifier
{
    // PostgreSQL's own count and size (scram_iterations, SCRAM_DEFAULT_SALT_LEN).
    private const int Iterations = 4096;
    private const int SaltBytes = 16;

    /// <summary>The verifier with a salt of its own.</summary>
    /// <param name="password">Printable ASCII, 1 character or more: SASLprep (RFC 4013) leaves such text as it is.</param>
    /// <exception cref="CredentialException">The password has other characters.</exception>
    public static string Of(string password) => Of(password, RandomNumberGenerator.GetBytes(SaltBytes), Iterations);

    /// <summary>The verifier for a salt.</summary>
    public static string Of(string password, byte[] salt, int iterations)
    {
        if (password.Length == 0 || password.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new CredentialException("The new password of a role has characters other than printable ASCII.", "Use letters and digits.", isPassing: false);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.ASCII.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }
}
