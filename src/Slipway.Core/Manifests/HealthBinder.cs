using System.Runtime.InteropServices;

namespace Slipway.Core.Manifests;

/// <summary>Fills the health of one service; a check that asks the port needs one.</summary>
internal sealed class HealthBinder(string service, bool hasPort, FaultList faults)
{
    public HealthPlan Bind(Values values)
    {
        var list = values.List("smoke");
        var smoke = new SmokeCheck[list.Length];
        for (var i = 0; i < smoke.Length; i++)
            smoke[i] = BindSmoke((Values)list[i]);
        return new()
        {
            Startup = BindProbe(values, "startup"),
            Live = BindProbe(values, "health"),
            Ready = BindProbe(values, "ready"),
            Smoke = ImmutableCollectionsMarshal.AsImmutableArray(smoke),
        };
    }

    private Probe? BindProbe(Values values, string key)
    {
        if (values[key] is not Values probe)
            return null;
        var tcp = (bool?)probe["tcp"] == true;
        var check = BindCheck(probe, tcp, key);
        return new(check, (TimeSpan)probe["delay"]!, (TimeSpan)probe["period"]!, (TimeSpan)probe["timeout"]!, (int)probe["successes"]!, (int)probe["failures"]!);
    }

    private SmokeCheck BindSmoke(Values smoke)
    {
        var check = BindCheck(smoke, tcp: false, "smoke");
        if (check is ProbeCheck.Command)
        {
            foreach (var key in (string[])["method", "body", "status", "contains"])
            {
                if (smoke.Has(key) && key != "contains")
                    faults.Error(FaultCode.Conflict, smoke.KeyAt(key), $"'{key}' is for a request, but this smoke check is a command.", "Remove it, or give a path instead of the command.");
            }
        }
        var methods = smoke.Section.Keys[smoke.Section.IndexOf("method")].Choices!;
        var name = smoke.Text("name") ?? smoke.Text("path") ?? ((CommandLine?)smoke["command"])?.ToString() ?? "smoke";
        return new(name, check, methods[(int)smoke["method"]!], smoke.Text("body"), (int?)smoke["status"], smoke.Text("contains"), (TimeSpan)smoke["timeout"]!);
    }

    /// <summary>The one thing that is asked: a path, a command or a connection.</summary>
    private ProbeCheck BindCheck(Values values, bool tcp, string key)
    {
        var (path, command) = (values.Has("path"), values.Has("command"));
        var given = (path ? 1 : 0) + (command ? 1 : 0) + (tcp ? 1 : 0);
        if (given == 0)
            faults.Error(FaultCode.Missing, values.At, $"'{key}' of the service '{service}' does not say what to ask.", $"Add a path, such as: {key}: {{ path: /health }}");
        else if (given > 1)
            faults.Error(FaultCode.Conflict, values.At, $"'{key}' of the service '{service}' asks more than one thing.", "Keep one of path, command and tcp.");
        if (!hasPort && (path || tcp))
            faults.Error(FaultCode.CheckWithoutPort, values.At, $"'{key}' of the service '{service}' asks a port, but the service has none.", "Add the port that it listens on, such as: port: 5000; or check by a command.");
        if (command)
            return new ProbeCheck.Command((CommandLine?)values["command"] ?? new([]));
        return tcp ? new ProbeCheck.Tcp() : new ProbeCheck.Http(values.Text("path") ?? "/");
    }
}
