using System.Text;
using Npgsql;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Credentials;

/// <summary>Changes login roles of PostgreSQL, over a connection for each change that is not kept.</summary>
internal static class PostgresRoles
{
    private const int TimeoutSeconds = 10;

    // NAMEDATALEN - 1. PostgreSQL cuts longer names off, and might then change another role.
    private const int NameBytesMax = 63;

    /// <summary>Sets a password; what is sent is its verifier.</summary>
    public static Task SetPassword(string admin, string role, string password, CancellationToken cancellation)
        => Execute(admin, $"The password of the role {role} could not be set", $"ALTER ROLE {Quoted(role)} WITH PASSWORD '{ScramVerifier.Of(password)}'", cancellation);

    /// <summary>Takes a password away.</summary>
    public static Task TakePassword(string admin, string role, CancellationToken cancellation)
        => Execute(admin, $"The password of the role {role} could not be taken away", $"ALTER ROLE {Quoted(role)} WITH PASSWORD NULL", cancellation);

    /// <summary>Logs in and asks for an answer.</summary>
    public static Task Prove(string connection, CancellationToken cancellation)
        => Execute(connection, "Logging in to PostgreSQL failed", "SELECT 1", cancellation);

    private static async Task Execute(string text, string failure, string sql, CancellationToken cancellation)
    {
        try
        {
            var settings = PostgresConnection.Read(text);
            settings.Pooling = false;
            settings.Timeout = TimeoutSeconds;
            settings.CommandTimeout = TimeoutSeconds;
            settings.ApplicationName = "slipway";
            settings.IncludeErrorDetail = false;
            if (settings.Host!.Contains(',', StringComparison.Ordinal))
                settings.TargetSessionAttributes = "primary";
            var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
            // Nothing is read that has a type, and not every server that speaks the protocol has the tables of types.
            builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
            await using var source = builder.Build();
            await using var connection = await source.OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (Exception e) when (PostgresFaults.Knows(e))
        {
            throw PostgresFaults.Of(e, failure);
        }
    }

    private static string Quoted(string role)
    {
        if (role.Length == 0 || role.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(role) > NameBytesMax)
            throw new CredentialException($"A PostgreSQL role has a name of 1 to {NameBytesMax} bytes.", "Correct the roles of the rotation.", isPassing: false);
        return $"\"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
