namespace Slipway.Fixture;

/// <summary>The head of a request.</summary>
internal sealed record Request(string Method, string Path, string Query, Dictionary<string, string> Headers)
{
    public bool WantsClose => Header("connection").Contains("close", StringComparison.OrdinalIgnoreCase);

    public bool IsChunked => Header("transfer-encoding").Contains("chunked", StringComparison.OrdinalIgnoreCase);

    public bool ExpectsContinue => Header("expect").Contains("100-continue", StringComparison.OrdinalIgnoreCase);

    public long Length => long.TryParse(Header("content-length"), out var length) ? length : 0;

    public static Request Parse(string head)
    {
        var lines = head.Split("\r\n");
        var words = lines[0].Split(' ');
        if (words.Length != 3)
            throw new InvalidDataException($"No request line: {lines[0]}");
        var mark = words[1].IndexOf('?');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':');
            if (colon > 0)
                headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
        return new(words[0], mark < 0 ? words[1] : words[1][..mark], mark < 0 ? "" : words[1][(mark + 1)..], headers);
    }

    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>A parameter of the query as a number, or the other one.</summary>
    public int Number(string name, int other)
        => int.TryParse(Parameters().FirstOrDefault(pair => pair.Name == name).Value, out var value) ? value : other;

    public IEnumerable<(string Name, string Value)> Parameters()
        => Query.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Select(pair => (pair[0], Uri.UnescapeDataString(pair.Length > 1 ? pair[1] : "")));
}
