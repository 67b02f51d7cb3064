using System.Net;

namespace Slipway.Core.Manifests;

/// <summary>Turns the text of one value into its type, and says what the type looks like.</summary>
internal static class ScalarValue
{
    /// <summary>The value, boxed; null and the code of what is wrong otherwise. A choice is its position.</summary>
    public static object? Read(Key key, string text, out string code)
    {
        code = FaultCode.WrongType;
        switch (key.Kind)
        {
            case ValueKind.Text or ValueKind.Template:
                return text;
            case ValueKind.Boolean:
                return text is "true" or "True" or "TRUE" ? true : text is "false" or "False" or "FALSE" ? false : null;
            case ValueKind.Integer:
                return Quantity.TryInteger(text, out var integer) ? InRange(key, integer, integer, ref code) : null;
            case ValueKind.Number:
                return Quantity.TryNumber(text, out var number) ? InRange(key, number, number, ref code) : null;
            case ValueKind.Share:
                return Quantity.TryShare(text, out var share) ? InRange(key, share, share, ref code) : null;
            case ValueKind.Factor:
                return Quantity.TryFactor(text, out var factor) ? InRange(key, factor, factor, ref code) : null;
            case ValueKind.Duration:
                return Quantity.TryDuration(text, out var duration) ? InRange(key, duration, duration.TotalSeconds, ref code) : null;
            case ValueKind.Size:
                return Quantity.TrySize(text, out var size) ? InRange(key, size, size, ref code) : null;
            case ValueKind.Replicas:
                if (!Quantity.TryRange(text, out var min, out var max))
                    return null;
                code = FaultCode.OutOfRange;
                return min >= key.Min && max >= min && max <= key.Max ? new ReplicaRange(min, max) : null;
            case ValueKind.Choice:
                code = FaultCode.UnknownChoice;
                var position = Array.IndexOf(key.Choices!, text);
                return position < 0 ? null : position;
            case ValueKind.Listener:
                return Listener(text);
            case ValueKind.Host:
                return IsHost(text) ? text.ToLowerInvariant() : null;
            case ValueKind.Network:
                return IsNetwork(text) ? text : null;
            case ValueKind.UrlPath:
                return IsUrlPath(text) ? text : null;
            case ValueKind.RoutePath:
                return IsUrlPath(text) && !text.Contains('?') ? text.Length > 1 ? text.TrimEnd('/') : text : null;
            case ValueKind.FolderPath:
                code = FaultCode.PathOutside;
                return IsInside(text) ? text : null;
            default:
                code = FaultCode.BadName;
                return IsName(key.Kind, text) ? text : null;
        }
    }

    /// <summary>A bound of the kind as a number.</summary>
    public static double Measure(ValueKind kind, string text)
    {
        var number = 0.0;
        switch (kind)
        {
            case ValueKind.Duration:
                Quantity.TryDuration(text, out var duration);
                return duration.TotalSeconds;
            case ValueKind.Size:
                Quantity.TrySize(text, out var size);
                return size;
            case ValueKind.Share:
                Quantity.TryShare(text, out number);
                return number;
            default:
                Quantity.TryFactor(text, out number);
                return number;
        }
    }

    /// <summary>Whether the text is a name of the kind.</summary>
    public static bool IsName(ValueKind kind, string text) => kind switch
    {
        ValueKind.ApplicationName => ApplicationName.TryParse(text, out _),
        ValueKind.ServiceName or ValueKind.StoreName => ServiceName.TryParse(text, out _),
        ValueKind.EnvironmentName => EnvironmentName.TryParse(text, out _),
        _ => IsSettingName(text),
    };

    public static string NameShape(ValueKind kind) => kind switch
    {
        ValueKind.ApplicationName => ApplicationName.Shape,
        ValueKind.ServiceName or ValueKind.StoreName => ServiceName.Shape,
        ValueKind.EnvironmentName => EnvironmentName.Shape,
        _ => "an upper-case name of letters, digits and underscores that begins with a letter, such as API__LOG_LEVEL",
    };

    /// <summary>Whether a value in quotes would be another type to YAML, and so to the JSON Schema.</summary>
    public static bool IsPlainOnly(ValueKind kind)
        => kind is ValueKind.Boolean or ValueKind.Integer or ValueKind.Number;

    /// <summary>What the key takes, for messages.</summary>
    public static string Shape(Key key)
    {
        var bounds = Bounds(key);
        return key.Kind switch
        {
            ValueKind.Boolean => "true or false",
            ValueKind.Integer => "a whole number" + bounds,
            ValueKind.Number => "a number" + bounds,
            ValueKind.Share => "a share such as 5% or 0.05" + bounds,
            ValueKind.Factor => "a factor such as 2x" + bounds,
            ValueKind.Duration => "a duration such as 500ms, 30s, 15m, 2h or 1m30s" + bounds,
            ValueKind.Size => "a size such as 256Mi or 1G" + bounds,
            ValueKind.Replicas => "a number or a range such as 3..10, least first" + bounds,
            ValueKind.Choice => "one of " + string.Join(", ", key.Choices!),
            ValueKind.Listener => "a port or an IP address with a port, such as 127.0.0.1:8080",
            ValueKind.Host => "a host name such as shop.example.org or *.example.org",
            ValueKind.Network => "an IP address or a network in CIDR notation such as 10.0.0.0/8",
            ValueKind.UrlPath => "a path that begins with /, without # and spaces",
            ValueKind.RoutePath => "a path that begins with /, without ?, # and spaces",
            ValueKind.FolderPath => "a path relative to the manifest and below its folder",
            ValueKind.Text or ValueKind.Template => "a text",
            _ => NameShape(key.Kind),
        };
    }

    /// <summary>What a node is, for messages.</summary>
    public static string Describe(Node node)
    {
        if (node.Kind != NodeKind.Scalar)
            return node.Kind == NodeKind.Mapping ? "a mapping" : "a list";
        if (node.IsNull)
            return "nothing";
        var text = node.Text.Length > 60 ? node.Text[..60] + "..." : node.Text;
        if (!node.Plain)
            return $"the text '{text}' in quotes";
        if (node.Text is "true" or "false")
            return text;
        return Quantity.TryNumber(node.Text, out _) ? $"the number {text}" : $"the text '{text}'";
    }

    /// <summary>Whether the text is <c>UPPER_SNAKE</c>.</summary>
    public static bool IsSettingName(string text)
    {
        if (text.Length is 0 or > 128 || !char.IsAsciiLetterUpper(text[0]))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c) && c != '_')
                return false;
        }
        return true;
    }

    private static object? InRange(Key key, object value, double measure, ref string code)
    {
        code = FaultCode.OutOfRange;
        return measure >= key.Min && measure <= key.Max ? value : null;
    }

    private static string Bounds(Key key) => key.Least.Length == 0 ? "" : $" from {key.Least} to {key.Most}";

    private static GatewayListener? Listener(string text)
    {
        var colon = text.LastIndexOf(':');
        var address = colon < 0 ? "127.0.0.1" : text[..colon];
        if (!Quantity.TryInteger(text.AsSpan(colon + 1), out var port) || port is < 0 or > 65535)
            return null;
        if (address is "127.0.0.1" or "localhost" or "")
            return address.Length == 0 ? null : new("127.0.0.1", port);
        if (address[0] == '[' && address[^1] == ']')
            address = address[1..^1];
        else if (address.Contains(':') || address.Split('.').Length != 4)
            return null;
        return CanonicalAddress(address) is { } canonical ? new(canonical, port) : null;
    }

    /// <summary>Apart from its caller, so that the usual address loads no library for it.</summary>
    private static string? CanonicalAddress(string address)
        => IPAddress.TryParse(address, out var parsed) ? parsed.ToString() : null;

    private static bool IsNetwork(string text) => text.Contains('/') ? IPNetwork.TryParse(text, out _) : IPAddress.TryParse(text, out _);

    private static bool IsHost(string text)
    {
        var labels = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        if (labels.Length is 0 or > 253)
            return false;
        foreach (var label in labels.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (var c in label)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
            }
        }
        return true;
    }

    private static bool IsUrlPath(string text)
    {
        if (text.Length == 0 || text[0] != '/' || text.Contains("//", StringComparison.Ordinal))
            return false;
        foreach (var c in text)
        {
            if (c is '#' or '\\' || c <= ' ' || c > '~')
                return false;
        }
        return true;
    }

    /// <summary>Whether a relative path stays below where it starts, on every operating system.</summary>
    private static bool IsInside(string text)
    {
        if (text.Length == 0 || text[0] is '/' or '\\' or '~' || text.Contains(':') || text.Contains('\0'))
            return false;
        var depth = 0;
        foreach (var part in text.Split('/', '\\'))
        {
            depth += part switch { "" or "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
                return false;
        }
        return true;
    }
}
