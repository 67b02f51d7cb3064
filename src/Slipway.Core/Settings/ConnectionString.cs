using System.Collections.Immutable;
using System.Text;

namespace Slipway.Core.Settings;

/// <summary>
/// Connection strings of PostgreSQL (URI of libpq, keywords of libpq and of .NET), Redis (URI, and what StackExchange.Redis
/// takes) and RabbitMQ (AMQP URI).
/// </summary>
public static class ConnectionString
{
    private static readonly string[] HostKeys = ["host", "server", "hostaddr", "data source"];

    private static readonly string[] SecretKeys = ["password", "pwd", "passwd", "psw", "sslpassword", "ssl password", "pass"];

    /// <summary>
    /// The passwords in a text that may be a connection string of any kind, as they stand there and decoded; none when it is
    /// no connection string.
    /// </summary>
    public static ImmutableArray<string> SecretsIn(string text)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        void Add(string secret)
        {
            if (secret.Length > 0 && !found.Contains(secret))
                found.Add(secret);
        }
        if (SplitUri(text) is { } uri)
        {
            if (uri.UserInfo is { } user && user.IndexOf(':') is >= 0 and var colon)
            {
                Add(user[(colon + 1)..]);
                Add(Uri.UnescapeDataString(user[(colon + 1)..]));
            }
            foreach (var pair in uri.Query.Split('&'))
            {
                if (pair.IndexOf('=') is > 0 and var equals && Array.IndexOf(SecretKeys, pair[..equals].ToLowerInvariant()) >= 0)
                    Add(Uri.UnescapeDataString(pair[(equals + 1)..]));
            }
            return found.ToImmutable();
        }
        foreach (var (key, value) in (KeywordsIn(text) ?? []).Select(pair => (pair.Key, pair.Value)).Concat(Options(text)))
        {
            if (Array.IndexOf(SecretKeys, key) >= 0)
                Add(value);
        }
        return found.ToImmutable();
    }

    /// <summary>
    /// What a PostgreSQL connection string says, in the order of its keywords: these in lower case, their values decoded. The address of a
    /// URI stands there as <c>user</c>, <c>password</c>, <c>host</c> (several with commas between, each with its port) and
    /// <c>dbname</c>. Null when it is no such string.
    /// </summary>
    public static IReadOnlyList<(string Keyword, string Value)>? PostgresKeywords(string text)
    {
        if (Fault(SettingType.Postgres, text) is not null)
            return null;
        if (SplitUri(text) is not { } uri)
            return KeywordsIn(text)?.Select(pair => (pair.Key, pair.Value)).ToList();
        var pairs = new List<(string, string)>();
        var colon = uri.UserInfo?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        Add("user", colon < 0 ? uri.UserInfo : uri.UserInfo![..colon]);
        Add("password", colon < 0 ? null : uri.UserInfo![(colon + 1)..]);
        Add("host", uri.Hosts);
        Add("dbname", uri.Path.TrimStart('/'));
        foreach (var parameter in uri.Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            pairs.Add((Uri.UnescapeDataString(equals < 0 ? parameter : parameter[..equals]).ToLowerInvariant(), equals < 0 ? "" : Uri.UnescapeDataString(parameter[(equals + 1)..])));
        }
        return pairs;

        void Add(string keyword, string? escaped)
        {
            if (!string.IsNullOrEmpty(escaped))
                pairs.Add((keyword, Uri.UnescapeDataString(escaped)));
        }
    }

    /// <summary>What the text must be, when it is not; null when it is right. Never holds a part of it.</summary>
    internal static string? Fault(SettingType type, string text) => type switch
    {
        SettingType.Postgres => text.StartsWith("postgres", StringComparison.Ordinal) && text.Contains("://", StringComparison.Ordinal)
            ? UriFault(text, "a PostgreSQL connection string", ["postgres", "postgresql"], manyHosts: true, socketAllowed: true)
            : KeywordFault(text),
        SettingType.Redis => text.Contains("://", StringComparison.Ordinal)
            ? UriFault(text, "a Redis connection string", ["redis", "rediss"], manyHosts: false, socketAllowed: false)
            : OptionFault(text),
        _ => UriFault(text, "an AMQP URI", ["amqp", "amqps"], manyHosts: false, socketAllowed: false),
    };

    private static string? UriFault(string text, string what, string[] schemes, bool manyHosts, bool socketAllowed)
    {
        if (SplitUri(text) is not { } uri || Array.IndexOf(schemes, uri.Scheme) < 0)
            return $"{what} that begins with {schemes[0]}:// or {schemes[1]}://";
        if (uri.UserInfo is { } user && !IsEscaped(user))
            return $"{what} whose user and password are URL-encoded";
        if (uri.Hosts.Length == 0)
            return socketAllowed && uri.Query.Contains("host=", StringComparison.Ordinal) ? null : $"{what} with a host";
        var hosts = uri.Hosts.Split(',');
        if (hosts.Length > 1 && !manyHosts)
            return $"{what} with one host";
        foreach (var host in hosts)
        {
            // A folder of a Unix socket stands URL-encoded in the place of a host.
            if (!AddressText.IsHostAndPort(host) && !(socketAllowed && host.StartsWith("%2", StringComparison.OrdinalIgnoreCase)))
                return $"{what} whose host and port can be read";
        }
        return schemes[0] == "redis" && uri.Path.Length > 1 && !int.TryParse(uri.Path.AsSpan(1), System.Globalization.NumberStyles.None, null, out _)
            ? $"{what} whose database is a number" : null;
    }

    private static string? KeywordFault(string text)
    {
        const string what = "a PostgreSQL connection string";
        if (KeywordsIn(text) is not { } pairs)
            return $"{what}, as postgres://... or as Host=...;Database=...";
        foreach (var (key, value, _, _) in pairs)
        {
            if (key == "port" && !AddressText.IsPort(value))
                return $"{what} whose port is a number";
        }
        foreach (var (key, value, _, _) in pairs)
        {
            if (Array.IndexOf(HostKeys, key) >= 0 && value.Length > 0)
                return null;
        }
        return $"{what} with a host";
    }

    private static string? OptionFault(string text)
    {
        foreach (var part in text.Split(','))
        {
            var option = part.Trim();
            if (option.Length == 0 || (!option.Contains('=', StringComparison.Ordinal) && !AddressText.IsHostAndPort(option)))
                return "a Redis connection string, as redis://... or as host:port,option=value";
        }
        return text.Split(',')[0].Contains('=', StringComparison.Ordinal) ? "a Redis connection string with a host" : null;
    }

    private sealed record UriParts(string Scheme, string? UserInfo, string Hosts, string Path, string Query);

    private static UriParts? SplitUri(string text)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 1)
            return null;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] <= ' ' || text[i] == 0x7f || (i < colon && !char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.')))
                return null;
        }
        var rest = text[(colon + 3)..];
        var query = rest.IndexOf('?', StringComparison.Ordinal);
        var before = query < 0 ? rest : rest[..query];
        // A password that is not encoded may hold a slash: what counts is the last @ before the query.
        var at = before.LastIndexOf('@');
        var address = before[(at + 1)..];
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        return new(
            text[..colon].ToLowerInvariant(), at < 0 ? null : before[..at], slash < 0 ? address : address[..slash],
            slash < 0 ? "" : address[slash..], query < 0 ? "" : rest[(query + 1)..]);
    }

    private static bool IsEscaped(string userInfo)
    {
        for (var i = 0; i < userInfo.Length; i++)
        {
            if (userInfo[i] is '/' or '?' or '#' or '@' or '[' or ']'
                || (userInfo[i] == '%' && (i + 2 >= userInfo.Length || !char.IsAsciiHexDigit(userInfo[i + 1]) || !char.IsAsciiHexDigit(userInfo[i + 2]))))
                return false;
        }
        return true;
    }

    /// <summary>What stands between keywords: <c>;</c> in the form of .NET, a space in that of libpq.</summary>
    internal static char Between(string text) => text.Contains(';', StringComparison.Ordinal) ? ';' : ' ';

    /// <summary>The keywords in lower case, in the form of .NET or of libpq, each with the place of its value; null when it is neither.</summary>
    internal static List<(string Key, string Value, int Start, int End)>? KeywordsIn(string text)
    {
        var between = Between(text);
        var pairs = new List<(string, string, int, int)>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && (char.IsWhiteSpace(text[at]) || text[at] == between))
                at++;
            if (at == text.Length)
                return pairs.Count == 0 ? null : pairs;
            var equals = text.IndexOf('=', at);
            if (equals <= at)
                return null;
            var key = text[at..equals].Trim().ToLowerInvariant();
            at = equals + 1;
            while (at < text.Length && text[at] == ' ')
                at++;
            var start = at;
            if (key.Length == 0 || key.Contains(between, StringComparison.Ordinal) || Value(text, ref at, between) is not { } value)
                return null;
            pairs.Add((key, value, start, at));
        }
    }

    private static string? Value(string text, ref int at, char between)
    {
        if (at == text.Length || text[at] is not ('\'' or '"'))
        {
            var end = text.IndexOf(between, at);
            end = end < 0 ? text.Length : end;
            var plain = text[at..end].Trim();
            at = end;
            return plain;
        }
        var quote = text[at++];
        var value = new StringBuilder();
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\' && between == ' ' && at + 1 < text.Length)
                value.Append(text[++at]);
            else if (text[at] == quote && at + 1 < text.Length && text[at + 1] == quote && between == ';')
                value.Append(text[++at]);
            else if (text[at] == quote)
            {
                at++;
                return value.ToString();
            }
            else
                value.Append(text[at]);
        }
        return null;
    }

    private static List<(string Key, string Value)> Options(string text)
    {
        var options = new List<(string, string)>();
        foreach (var part in text.Split(','))
        {
            if (part.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
                options.Add((part[..equals].Trim().ToLowerInvariant(), part[(equals + 1)..].Trim()));
        }
        return options;
    }
}
