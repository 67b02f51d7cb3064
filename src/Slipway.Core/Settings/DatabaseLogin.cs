using System.Text;

namespace Slipway.Core.Settings;

/// <summary>
/// Who logs in by a PostgreSQL connection string, and the same string for somebody else. Everything but user and password
/// stays as it stands there, in the URI of libpq as in the keywords of libpq and of .NET.
/// </summary>
public static class DatabaseLogin
{
    private static readonly string[] UserKeys = ["user", "username", "user id", "userid", "uid", "user name"];
    private static readonly string[] PasswordKeys = ["password", "pwd", "passwd", "psw", "pass"];

    /// <summary>The role that logs in; null when the string names none.</summary>
    public static string? UserOf(string connection)
    {
        if (UriUser(connection) is var (start, end) && start >= 0)
        {
            // A parameter counts more than what stands before the host.
            var query = Parameters(connection).LastOrDefault(one => Array.IndexOf(UserKeys, one.Key) >= 0);
            var info = connection[start..end];
            var user = info.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? info[..colon] : info;
            user = query.Key is null ? user : connection[query.Start..query.End];
            return user.Length == 0 ? null : Uri.UnescapeDataString(user);
        }
        return ConnectionString.KeywordsIn(connection)?.LastOrDefault(one => Array.IndexOf(UserKeys, one.Key) >= 0) is { Key: not null } pair && pair.Value.Length > 0
            ? pair.Value : null;
    }

    /// <summary>The same string for another role with its password; null when the text is no connection string.</summary>
    public static string? With(string connection, string user, string password)
        => UriUser(connection) is var (start, end) && start >= 0
            ? InUri(connection, start, end, user, password)
            : InKeywords(connection, user, password);

    private static string InUri(string connection, int start, int end, string user, string password)
    {
        var login = $"{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}";
        var text = new StringBuilder(connection);
        foreach (var (key, from, to) in Parameters(connection).Reverse())
        {
            var value = Array.IndexOf(UserKeys, key) >= 0 ? user : Array.IndexOf(PasswordKeys, key) >= 0 ? password : null;
            if (value is not null)
                text.Remove(from, to - from).Insert(from, Uri.EscapeDataString(value));
        }
        var hasInfo = end < connection.Length && connection[end] == '@';
        return text.Remove(start, end - start).Insert(start, hasInfo ? login : login + "@").ToString();
    }

    private static string? InKeywords(string connection, string user, string password)
    {
        if (ConnectionString.KeywordsIn(connection) is not { } pairs)
            return null;
        var between = ConnectionString.Between(connection);
        var text = new StringBuilder(connection);
        var (hasUser, hasPassword) = (false, false);
        foreach (var pair in Enumerable.Reverse(pairs))
        {
            var isUser = Array.IndexOf(UserKeys, pair.Key) >= 0;
            var isPassword = Array.IndexOf(PasswordKeys, pair.Key) >= 0;
            (hasUser, hasPassword) = (hasUser || isUser, hasPassword || isPassword);
            if (isUser || isPassword)
                text.Remove(pair.Start, pair.End - pair.Start).Insert(pair.Start, Quoted(isUser ? user : password, between));
        }
        var ends = connection.AsSpan().TrimEnd();
        void Add(string key, string value)
        {
            if (text.Length > 0 && text[^1] != between)
                text.Append(between);
            text.Append(key).Append('=').Append(Quoted(value, between));
        }
        if (!hasUser)
            Add(between == ';' ? "Username" : "user", user);
        if (!hasPassword)
            Add(between == ';' ? "Password" : "password", password);
        return ends.IsEmpty ? null : text.ToString();
    }

    // Quotes are doubled in the form of .NET, and escaped in that of libpq.
    private static string Quoted(string value, char between)
    {
        var plain = value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
        if (plain)
            return value;
        return between == ';'
            ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
    }

    // Where user and password stand in a URI, before the @; an empty span at the host when there are none; -1 without a URI.
    private static (int Start, int End) UriUser(string connection)
    {
        var scheme = connection.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 1 || !connection.StartsWith("postgres", StringComparison.OrdinalIgnoreCase))
            return (-1, -1);
        var start = scheme + 3;
        var query = connection.IndexOf('?', start);
        var at = connection.LastIndexOf('@', (query < 0 ? connection.Length : query) - 1);
        return at < start ? (start, start) : (start, at);
    }

    private static IEnumerable<(string Key, int Start, int End)> Parameters(string connection)
    {
        var at = connection.IndexOf('?', StringComparison.Ordinal) + 1;
        if (at == 0)
            yield break;
        while (at < connection.Length)
        {
            var end = connection.IndexOf('&', at);
            end = end < 0 ? connection.Length : end;
            if (connection.IndexOf('=', at, end - at) is > 0 and var equals)
                yield return (connection[at..equals].ToLowerInvariant(), equals + 1, end);
            at = end + 1;
        }
    }
}
