using Npgsql;
using Slipway.Core.Settings;

namespace Slipway.Targets.Credentials;

/// <summary>Says to Npgsql, which knows keywords of its own only, what a connection string in any of PostgreSQL's forms says.</summary>
internal static class PostgresConnection
{
    // https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    private static readonly Dictionary<string, string> s_keywords = new(StringComparer.Ordinal)
    {
        ["user"] = "Username",
        ["dbname"] = "Database",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["client_encoding"] = "Client Encoding",
        ["sslmode"] = "SSL Mode",
        ["sslnegotiation"] = "SSL Negotiation",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["channel_binding"] = "Channel Binding",
        ["require_auth"] = "Require Auth",
        ["gssencmode"] = "GSS Encryption Mode",
        ["krbsrvname"] = "Kerberos Service Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["keepalives"] = "TCP Keepalive",
        ["keepalives_idle"] = "TCP Keepalive Time",
        ["keepalives_interval"] = "TCP Keepalive Interval",
    };

    /// <summary>Reads a connection string.</summary>
    /// <param name="text">A URI, or keywords of libpq or of .NET.</param>
    /// <exception cref="FormatException">It cannot be said to Npgsql; the message is one sentence and holds no value of it.</exception>
    public static NpgsqlConnectionStringBuilder Read(string text)
    {
        var pairs = ConnectionString.PostgresKeywords(text) ?? throw new FormatException("It is no PostgreSQL connection string.");
        var builder = new NpgsqlConnectionStringBuilder();
        var (hosts, address, port) = ("", "", "");
        for (var i = 0; i < pairs.Count; i++)
        {
            var (keyword, value) = pairs[i];
            switch (keyword)
            {
                case "host" or "server" or "data source":
                    hosts = value;
                    break;
                case "hostaddr":
                    address = value;
                    break;
                case "port":
                    port = value;
                    break;
                default:
                    Set(builder, keyword, value, i + 1);
                    break;
            }
        }
        if (hosts.Length > 0 && address.Length > 0)
            throw new FormatException("It has both host and hostaddr, of which one is enough.");
        SetAddress(builder, address.Length > 0 ? address : hosts, port);
        return builder;
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string keyword, string value, int number)
    {
        // The certificates of the operating system are what Npgsql trusts by itself.
        if (keyword == "sslrootcert" && value == "system")
            return;
        var known = s_keywords.GetValueOrDefault(keyword, keyword);
        if (!builder.ContainsKey(known))
        {
            // Not by its name: it may be a piece of a password that lacks its quotes.
            throw new FormatException($"Its parameter {number} is none that Slipway can carry over.");
        }
        try
        {
            builder[known] = known switch
            {
                "SSL Mode" or "ssl mode" => value.Replace("-", "", StringComparison.Ordinal),
                "TCP Keepalive" => value != "0",
                _ => value,
            };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException or NotSupportedException)
        {
            throw new FormatException($"Its parameter {keyword} has a value that Slipway cannot carry over.", e);
        }
    }

    private static void SetAddress(NpgsqlConnectionStringBuilder builder, string hosts, string port)
    {
        if (hosts.Contains(',', StringComparison.Ordinal))
        {
            builder.Host = port.Length == 0 ? hosts : string.Join(',', hosts.Split(',').Select(host => $"{host}:{port}"));
            return;
        }
        (builder.Host, var own) = Split(hosts);
        own = port.Length > 0 ? port : own;
        if (own.Length > 0)
            builder.Port = int.TryParse(own, out var number) && number is > 0 and <= 65535 ? number : throw new FormatException("Its port is no number from 1 to 65535.");
        // That choice is one among several hosts; Npgsql refuses it for one.
        builder.TargetSessionAttributes = null;
    }

    private static (string Host, string Port) Split(string host)
    {
        if (host.StartsWith('[') && host.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
            return (host[1..end], host[(end + 1)..].TrimStart(':'));
        var colon = host.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || colon != host.LastIndexOf(':') || host.StartsWith('/') ? (host, "") : (host[..colon], host[(colon + 1)..]);
    }
}
