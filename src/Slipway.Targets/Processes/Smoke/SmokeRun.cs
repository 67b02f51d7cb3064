using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Health;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Smoke;

/// <summary>Runs the smoke checks of an instance (level 3).</summary>
internal static class SmokeRun
{
    private const int AnswerBytesMax = 1024 * 1024;

    private static readonly HttpClient s_client = InstanceHttp.NewClient();

    /// <summary>Runs them one after another, in the manifest's order.</summary>
    /// <param name="runner">The instance.</param>
    /// <param name="isMeant">Which of them are run.</param>
    /// <param name="secrets">What no explanation may show.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ImmutableArray<SmokeOutcome>> Of(InstanceRunner runner, Func<SmokeCheck, bool> isMeant, Redactor secrets, CancellationToken cancellation)
    {
        var outcomes = ImmutableArray.CreateBuilder<SmokeOutcome>();
        foreach (var check in runner.Record.Service.Health.Smoke.Where(isMeant))
        {
            var outcome = await Run(runner, check, cancellation);
            outcomes.Add(outcome with { Explanation = secrets.Redact(outcome.Explanation) });
        }
        return outcomes.ToImmutable();
    }

    private static async Task<SmokeOutcome> Run(InstanceRunner runner, SmokeCheck check, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var (passed, explanation) = check.Steps is { } steps ? await new SmokeSteps(runner, s_client).Run(steps, cancellation)
            : check.Check is ProbeCheck.Http http
            ? await Request(runner.Record, http.Path, check, cancellation)
            : await Probe(runner, check, cancellation);
        return new(check.Name, passed, explanation, Stopwatch.GetElapsedTime(started));
    }

    private static async Task<(bool Passed, string Explanation)> Probe(InstanceRunner runner, SmokeCheck check, CancellationToken cancellation)
    {
        var answer = await runner.Ask(check.Check, check.Timeout, cancellation);
        return (answer.Passed, answer.Explanation);
    }

    private static async Task<(bool Passed, string Explanation)> Request(InstanceRecord record, string path, SmokeCheck check, CancellationToken cancellation)
    {
        if (record.Port is not { } port)
            return (false, "the instance has no port to ask. Give the service `port:`.");
        var what = $"{check.Method} {path}";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(check.Timeout);
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(check.Method), $"http://127.0.0.1:{port}{path}").In(record.Service.Protocol);
            if (check.Body is { } body)
                request.Content = new StringContent(body, Encoding.UTF8, SmokeText.IsJson(body) ? "application/json" : "text/plain");
            using var response = await s_client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return await Judge(what, check, response, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (false, $"{what} was not answered within {check.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (false, $"{what} failed: {(e.InnerException ?? e).Message}");
        }
    }

    private static async Task<(bool Passed, string Explanation)> Judge(
        string what, SmokeCheck check, HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        var right = check.Status is { } wanted ? status == wanted : status is >= 200 and < 300;
        var text = await ReadText(response, cancellation);
        if (!right)
            return (false, $"{what} answered {status}, expected {check.Status?.ToString() ?? "200 to 299"}{Quote(text)}");
        if (check.Contains is { } part && !text.Contains(part, StringComparison.Ordinal))
            return (false, $"{what} answered {status} without \"{part}\"{Quote(text)}");
        return (true, $"{what} answered {status}");
    }

    internal static async Task<string> ReadText(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int got;
        // What is beyond the limit is not waited for: an answer without end must not keep the check from its own.
        while (kept.Length < AnswerBytesMax && (got = await stream.ReadAsync(buffer, cancellation)) > 0)
            kept.Write(buffer.AsSpan(0, got));
        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
    }

    internal static string Quote(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length switch
        {
            0 => "",
            > 200 => $": {line[..200]}…",
            _ => $": {line}",
        };
    }
}
