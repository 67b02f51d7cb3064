using Microsoft.Data.Sqlite;

namespace Slipway.Releases.Journals;

/// <summary>Statements that need no parameters. Each throws <see cref="SqliteException"/>.</summary>
internal static class SqliteStatements
{
    /// <summary>Runs a statement, or several.</summary>
    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>The first column of a query's first row; null for none.</summary>
    public static object? Scalar(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
