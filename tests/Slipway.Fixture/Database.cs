using Npgsql;
using Slipway.Targets.Credentials;

namespace Slipway.Fixture;

/// <summary>The PostgreSQL that DATABASE names, through a pool as programs use it. Nothing of it is loaded before it is asked.</summary>
internal static class Database
{
    private static readonly NpgsqlDataSource s_pool = Open();

    /// <summary>Who we are there; 503 with the SQLSTATE when it does not say.</summary>
    public static async Task<(int Status, string Text)> AskAsync()
    {
        try
        {
            await using var command = s_pool.CreateCommand("SELECT current_user");
            return (200, (string)(await command.ExecuteScalarAsync())!);
        }
        catch (PostgresException refused)
        {
            return (503, refused.SqlState);
        }
        catch (NpgsqlException)
        {
            return (503, "unreachable");
        }
    }

    private static NpgsqlDataSource Open()
    {
        var settings = PostgresConnection.Read(Environment.GetEnvironmentVariable("DATABASE") ?? "");
        settings.MaxPoolSize = 8;
        return NpgsqlDataSource.Create(settings);
    }
}
