namespace Slipway.Core.Manifests;

/// <summary>What must hold of the steps of smoke checks.</summary>
internal static class SmokeRules
{
    private static readonly string[] OneRequest = ["path", "command", "method", "body", "status", "contains"];
    private static readonly string[] Place = ["PORT", "HOST", "GIT_SHA", "BUILD_DATE", "APP_VERSION"];

    public static void Check(Values root, FaultList faults)
    {
        var settings = root.Map("settings").Select(setting => setting.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var service in root.Map("services"))
        {
            if (service.Value is not Values values)
                continue;
            foreach (var smoke in values.List("smoke").Cast<Values>().Where(one => one.Has("steps")))
                CheckSteps(service.Name, values, smoke, settings, faults);
        }
    }

    private static void CheckSteps(string service, Values values, Values smoke, HashSet<string> settings, FaultList faults)
    {
        foreach (var key in OneRequest.Where(smoke.Has))
            faults.Error(FaultCode.Conflict, smoke.KeyAt(key), $"'{key}' is for a check of one request, but this one has steps.", "Move it into the step that it belongs to.");
        if (!values.Has("port"))
            faults.Error(FaultCode.CheckWithoutPort, smoke.KeyAt("steps"), $"'smoke' of the service '{service}' asks a port, but the service has none.", "Add the port that it listens on, such as: port: 5000; or check by a command.");
        if (smoke.List("steps").Length == 0)
            faults.Error(FaultCode.Missing, smoke.KeyAt("steps"), "The smoke check has no steps.", "Add one, such as: steps: [/v1/ping]");
        var captured = new HashSet<string>(StringComparer.Ordinal);
        foreach (var step in smoke.List("steps").Cast<Values>())
        {
            if (step.Text("path") is { } path && !path.StartsWith('/') && !path.StartsWith("${", StringComparison.Ordinal))
                faults.Error(FaultCode.SmokeForm, step.KeyAt("path"), $"'{Shown(path)}' is no path.", "Begin it with /, or with what was captured: ${place}");
            foreach (var key in (string[])["path", "body", "contains"])
            {
                if (step.Text(key) is { } text)
                    CheckNames(text, step.KeyAt(key), captured, settings, faults);
            }
            CheckHeaders(step, captured, settings, faults);
            CheckExpectations(step, captured, settings, faults);
            CheckCaptures(step, captured, settings, faults);
        }
    }

    private static void CheckHeaders(Values step, HashSet<string> captured, HashSet<string> settings, FaultList faults)
    {
        var headers = step.List("headers");
        for (var i = 0; i < headers.Length; i++)
        {
            var (text, at) = ((string)headers[i], step.ItemAt("headers", i));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !SmokeSource.IsToken(text[..colon].TrimEnd()))
                faults.Error(FaultCode.SmokeForm, at, $"'{Shown(text)}' is no header.", "Write a name, a colon and a value, in quotes: 'Accept: text/plain'");
            CheckNames(text, at, captured, settings, faults);
        }
    }

    private static void CheckExpectations(Values step, HashSet<string> captured, HashSet<string> settings, FaultList faults)
    {
        var expected = step.List("expect");
        for (var i = 0; i < expected.Length; i++)
        {
            var (text, at) = ((string)expected[i], step.ItemAt("expect", i));
            if (!SmokeExpectation.TryParse(text, out var expectation, out var fault))
                faults.Error(FaultCode.SmokeForm, at, $"What is expected cannot be read: {fault}.", "Write for example: /status = queued, or: header Content-Type, or: match id=[0-9]+");
            else if (expectation.Expected is { } value)
                CheckNames(value, at, captured, settings, faults);
        }
    }

    private static void CheckCaptures(Values step, HashSet<string> captured, HashSet<string> settings, FaultList faults)
    {
        var captures = step.List("capture");
        for (var i = 0; i < captures.Length; i++)
        {
            var at = step.ItemAt("capture", i);
            if (!SmokeCapture.TryParse((string)captures[i], out var capture, out var fault))
                faults.Error(FaultCode.SmokeForm, at, $"What is captured cannot be read: {fault}.", "Write for example: id = /id, or: place = header Location, or: id = match id=([0-9]+)");
            else if (settings.Contains(capture.Name) || Place.Contains(capture.Name))
                faults.Error(FaultCode.SmokeReference, at, $"'{capture.Name}' is the name of a setting or variable of the instance.", "Capture it under another name, such as one in small letters.");
            else
                captured.Add(capture.Name);
        }
    }

    private static void CheckNames(string text, Node at, HashSet<string> captured, HashSet<string> settings, FaultList faults)
    {
        foreach (var (name, hasDefault) in SmokeText.Names(text) ?? [])
        {
            if (hasDefault || captured.Contains(name) || settings.Contains(name) || Place.Contains(name) || name.StartsWith("SLIPWAY_", StringComparison.Ordinal))
                continue;
            var near = Nearest.To(name, captured.Concat(settings).ToList());
            faults.Error(FaultCode.SmokeReference, at, $"No step before this one captures '{name}', and no setting has that name.", near is null ? $"Capture it in an earlier step: capture: {name} = /id" : $"Did you mean '{near}'?");
        }
    }

    private static string Shown(string text) => text.Length > 60 ? text[..60] + "..." : text;
}
