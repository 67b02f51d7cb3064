using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using Slipway.Releases.Ports;

namespace Slipway.Targets.Credentials;

/// <summary>Says what went wrong with PostgreSQL, whether waiting helps, and what to do. Codes: PostgreSQL's Appendix A.</summary>
internal static class PostgresFaults
{
    private const string Away = "See that the server runs and can be reached from here; the rotation goes on by itself.";
    private const string WrongText = "Correct the secret that holds the connection string.";

    /// <summary>Whether it comes of the connection string, the way to the server or the server, unlike a cancellation.</summary>
    public static bool Knows(Exception cause)
        => cause is FormatException or ArgumentException or NotSupportedException or InvalidOperationException or NpgsqlException or SocketException or IOException or TimeoutException;

    /// <summary>The fault.</summary>
    /// <param name="cause">What was thrown, and is known.</param>
    /// <param name="failure">What failed, without a full stop.</param>
    public static CredentialException Of(Exception cause, string failure) => cause switch
    {
        PostgresException told => new($"{failure}: {told.MessageText} (SQLSTATE {told.SqlState}).", Remedy(told.SqlState), IsPassing(told.SqlState), told),
        // Not with the cause: it may quote the string.
        FormatException wrong => new($"{failure}. {wrong.Message}", WrongText, isPassing: false),
        // One for each host: what waiting does not help is told before others.
        NpgsqlException { InnerException: AggregateException all } => all.InnerExceptions.Select(one => Of(one, failure)).OrderBy(fault => fault.IsPassing).First(),
        NpgsqlException { InnerException: AuthenticationException } => new($"{failure}: no safe connection could be agreed on.", "See the certificates of the server and the sslmode of the connection string.", isPassing: false, cause),
        NpgsqlException { InnerException: SocketException or IOException or TimeoutException } => new($"{failure}: the server does not answer.", Away, isPassing: true, cause),
        NpgsqlException { IsTransient: true } or SocketException or IOException or TimeoutException => new($"{failure}: the server does not answer.", Away, isPassing: true, cause),
        NpgsqlException => new($"{failure}: {cause.Message.TrimEnd('.')}.", WrongText, isPassing: false, cause),
        _ => new($"{failure}. Its connection string is wrong.", WrongText, isPassing: false),
    };

    // 40 a conflict with others, 53 too little of something, 55 a lock, 57 shutting down or starting, 58 its disk, 08 the connection;
    // XX000 is what a change of the same role at the same instant ends in.
    private static bool IsPassing(string state) => state == "XX000" || state[..2] is "08" or "40" or "53" or "55" or "57" or "58";

    private static string Remedy(string state) => state switch
    {
        _ when IsPassing(state) => Away,
        "28P01" or "28000" => "See that the role may log in by this password, and that pg_hba.conf lets it in.",
        "42501" => "Let the role of the connection string alter the other (CREATEROLE, and ADMIN OPTION on it since PostgreSQL 16).",
        "42704" => "Create the login role, with the rights of its twin.",
        "25006" => "Name the primary in the connection string: a standby cannot change roles.",
        _ => WrongText,
    };
}
