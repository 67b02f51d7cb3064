using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Bench.Gateways;

/// <summary>What wrk sends.</summary>
/// <param name="Name">As the figures call it.</param>
/// <param name="Path">Of every request.</param>
/// <param name="BodyBytes">Of every request; 0 for GET.</param>
/// <param name="Fields">Further field lines.</param>
/// <param name="IsSecure">Whether by TLS.</param>
internal sealed record Load(string Name, string Path, int BodyBytes = 0, string[]? Fields = null, bool IsSecure = false)
{
    /// <summary>As browsers ask.</summary>
    public static Load Browser { get; } = new("a browser's request", $"{Origin.Small}?q=blue+running+shoes&page=2&sort=price",
        Fields:
        [
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language: en-US,en;q=0.5", "Accept-Encoding: gzip, deflate, br", "Referer: https://shop.example.org/search?q=shoes", "Cookie: session=6f9a0c2e7b1d4853; theme=dark",
            "Upgrade-Insecure-Requests: 1", "Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: same-origin", "Cache-Control: max-age=0", "DNT: 1",
        ]);

    public static Load Secure { get; } = new("1 KiB by TLS", Origin.Small, IsSecure: true);

    public static Load Small { get; } = new("1 KiB", Origin.Small);

    /// <summary>A connection for each request.</summary>
    public static Load Closing { get; } = new("1 KiB, a connection each", Origin.Small, Fields: ["Connection: close"]);

    public static Load Large { get; } = new("64 KiB", Origin.Large);

    public static Load Upload { get; } = new("POST 4 KiB", Origin.Upload, 4096);
}

/// <summary>What a proxy did under a closed load.</summary>
/// <param name="Requests">Answered.</param>
/// <param name="PerSecond">Of them.</param>
/// <param name="Failed">Socket errors and answers that are not 2xx or 3xx.</param>
/// <param name="MicrosecondsOfProcessor">That the proxy spent for a request, user and system.</param>
internal sealed record Worked(long Requests, double PerSecond, long Failed, double MicrosecondsOfProcessor);

/// <summary>wrk from Debian's packages: one thread and so many connections that ask as fast as they are answered.</summary>
internal static partial class Wrk
{
    public static async Task<Worked> Run(Proxy proxy, Load load, int connections, TimeSpan time, string folder, CancellationToken stop)
    {
        var about = new ProcessStartInfo("taskset", ["-c", Cores.Others, "wrk", "-t", "1", "-c", $"{connections}", "-d", $"{time.TotalSeconds:0}s", .. Script(load, folder), .. (load.Fields ?? []).SelectMany(field => (string[])["-H", field]),
            load.IsSecure ? $"https://127.0.0.1:{proxy.Port + Proxy.TlsOffset}{load.Path}" : $"http://127.0.0.1:{proxy.Port}{load.Path}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var before = proxy.ProcessorSeconds;
        using var process = Process.Start(about)!;
        var said = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        var spent = proxy.ProcessorSeconds - before;
        if (process.ExitCode != 0 || Answered().Match(said) is not { Success: true } answered)
            throw new InvalidOperationException($"wrk ended with {process.ExitCode}: {said}");
        var requests = long.Parse(answered.Groups["requests"].Value, CultureInfo.InvariantCulture);
        var failed = SocketErrors().Match(said) is { Success: true } broken ? broken.Groups["errors"].Captures.Sum(one => long.Parse(one.Value, CultureInfo.InvariantCulture)) : 0;
        failed += OtherAnswers().Match(said) is { Success: true } others ? long.Parse(others.Groups["errors"].Value, CultureInfo.InvariantCulture) : 0;
        return new(requests, requests / (double.Parse(answered.Groups["time"].Value, CultureInfo.InvariantCulture) * (answered.Groups["unit"].Value == "m" ? 60 : 1)), failed, spent / Math.Max(1, requests) * 1e6);
    }

    private static string[] Script(Load load, string folder)
    {
        if (load.BodyBytes == 0)
            return [];
        var path = Path.Combine(folder, $"body-{load.BodyBytes}.lua");
        File.WriteAllText(path, $"wrk.method = 'POST'\nwrk.body = string.rep('x', {load.BodyBytes})\nwrk.headers['Content-Type'] = 'application/octet-stream'\n");
        return ["-s", path];
    }

    [GeneratedRegex(@"(?<requests>\d+) requests in (?<time>[\d.]+)(?<unit>[sm])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Answered();

    [GeneratedRegex(@"Socket errors:( \w+ (?<errors>\d+),?)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SocketErrors();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<errors>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OtherAnswers();
}
