using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Health;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Smoke;

/// <summary>
/// Runs the steps of a smoke check. Explanations show the texts of the manifest, never what was filled in, and hide every
/// value that was: a token that a step captured is as secret as the key that it was had for.
/// </summary>
/// <param name="runner">The instance.</param>
/// <param name="client">Sends the requests; it must not follow redirects.</param>
internal sealed class SmokeSteps(InstanceRunner runner, HttpClient client)
{
    private const int HiddenLengthMin = 4;
    private static readonly TimeSpan s_settingsPatience = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _filled = new(StringComparer.Ordinal);

    /// <summary>Runs them in order, until one fails.</summary>
    public async Task<(bool Passed, string Explanation)> Run(ImmutableArray<SmokeStep> steps, CancellationToken cancellation)
    {
        if (runner.Record.Port is not { } port)
            return (false, "the instance has no port to ask. Give the service `port:`.");
        foreach (var (name, value) in runner.Plan.Variables(runner.Record, await Settings(cancellation)))
            _values[name] = value;
        var last = "";
        for (var i = 0; i < steps.Length; i++)
        {
            var (passed, explanation) = await Run(steps[i], port, cancellation);
            last = Hide(steps.Length == 1 ? explanation : $"step {i + 1} of {steps.Length}: {explanation}");
            if (!passed)
                return (false, last);
        }
        return (true, last);
    }

    // After a restart of the control plane they come with the first pass; without them nothing can be said of the release.
    private async Task<ImmutableSortedDictionary<string, string>> Settings(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (runner.Settings is { } settings)
                return settings;
            if (Stopwatch.GetElapsedTime(started) > s_settingsPatience)
                throw new TargetException($"The settings of {runner.Record.Id} are not known. They come when the control plane asks for it again.");
            await Task.Delay(50, cancellation);
        }
    }

    private async Task<(bool Passed, string Explanation)> Run(SmokeStep step, int port, CancellationToken cancellation)
    {
        var what = $"{step.Method} {step.Path}";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(step.Timeout);
        try
        {
            var started = Stopwatch.GetTimestamp();
            using var request = Request(step, port);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var body = await SmokeRun.ReadText(response, deadline.Token);
            var answer = new SmokeAnswer((int)response.StatusCode, Headers(response), body);
            return Judge(what, step, answer) ?? (true, $"{what} answered {answer.Status} after {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (false, $"{what} was not answered within {step.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (false, $"{what} failed: {(e.InnerException ?? e).Message}");
        }
        catch (StepException e)
        {
            return (false, $"{what} cannot be sent: {e.Message}");
        }
    }

    private HttpRequestMessage Request(SmokeStep step, int port)
    {
        var path = Filled(step.Path, SmokeText.FillPath);
        if (!path.StartsWith('/') || path.StartsWith("//", StringComparison.Ordinal) || !Uri.TryCreate($"http://127.0.0.1:{port}{path}", UriKind.Absolute, out var address) || address.Port != port)
            throw new StepException("what its path is filled with leads elsewhere, or is no path that begins with /");
        var request = new HttpRequestMessage(new HttpMethod(step.Method), address).In(runner.Record.Service.Protocol);
        if (step.Body is { } text)
        {
            var body = Filled(text, SmokeText.FillBody);
            request.Content = new StringContent(body, Encoding.UTF8, SmokeText.IsJson(body) ? "application/json" : "text/plain");
        }
        foreach (var header in step.Headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (header[..colon].Trim(), Filled(header[(colon + 1)..].Trim(), SmokeText.Fill));
            if (value.Any(char.IsControl))
                throw new StepException($"the value of its header {name} holds a control character");
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && request.Content is { } content)
                content.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return request;
    }

    /// <summary>What is wrong with an answer, its captures taken; null for nothing.</summary>
    private (bool Passed, string Explanation)? Judge(string what, SmokeStep step, SmokeAnswer answer)
    {
        var right = step.Status is { } wanted ? answer.Status == wanted : answer.Status is >= 200 and < 300;
        if (!right)
            return (false, $"{what} answered {answer.Status}, expected {step.Status?.ToString() ?? "200 to 299"}{SmokeRun.Quote(Hide(answer.Body))}");
        if (step.Contains is { } part && !answer.Body.Contains(Filled(part, SmokeText.Fill), StringComparison.Ordinal))
            return (false, $"{what} answered {answer.Status} without \"{part}\"{SmokeRun.Quote(Hide(answer.Body))}");
        foreach (var text in step.Expect)
        {
            if (!SmokeExpectation.TryParse(text, out var expectation, out _))
                return (false, $"what is expected cannot be read: {text}");
            var found = expectation.Source.Read(answer);
            if (found is null || (expectation.Expected is { } expected && found != Filled(expected, SmokeText.Fill)))
                return (false, $"{what} answered {answer.Status}, but not with {text}{(found is null ? "" : $", which is{SmokeRun.Quote(Hide(found))}")}");
        }
        foreach (var text in step.Capture)
        {
            if (!SmokeCapture.TryParse(text, out var capture, out _) || capture.Source.Read(answer) is not { } value)
                return (false, $"{what} answered {answer.Status}, but there is nothing to capture for {text}{SmokeRun.Quote(Hide(answer.Body))}");
            _values[capture.Name] = value;
            _filled.Add(value);
        }
        return null;
    }

    private string Filled(string text, Func<string, IReadOnlyDictionary<string, string>, (string? Text, string? Missing)> fill)
    {
        foreach (var (name, _) in SmokeText.Names(text) ?? [])
        {
            if (_values.TryGetValue(name, out var value))
                _filled.Add(value);
        }
        return fill(text, _values) is { Text: { } filled, Missing: null } ? filled : throw new StepException($"${{{fill(text, _values).Missing}}} has no value here");
    }

    private string Hide(string text)
    {
        foreach (var value in _filled.Where(one => one.Length >= HiddenLengthMin).OrderByDescending(one => one.Length))
            text = text.Replace(value, Redactor.Mask, StringComparison.Ordinal);
        return text;
    }

    private static ImmutableDictionary<string, string> Headers(HttpResponseMessage response)
        => response.Headers.Concat(response.Content.Headers)
            .GroupBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
            .ToImmutableDictionary(group => group.Key, group => string.Join(", ", group.SelectMany(header => header.Value)), StringComparer.OrdinalIgnoreCase);

    /// <summary>A step cannot be sent; the message says why.</summary>
    private sealed class StepException(string message) : Exception(message);
}
