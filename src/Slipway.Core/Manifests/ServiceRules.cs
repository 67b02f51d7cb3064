namespace Slipway.Core.Manifests;

/// <summary>What must hold between the services of an application.</summary>
internal static class ServiceRules
{
    public static void Check(NamedValue[] entries, Service[] services, NamedValue[] backing, FaultList faults)
    {
        var positions = new Dictionary<string, int>(entries.Length);
        for (var i = 0; i < entries.Length; i++)
            positions[entries[i].At.Text] = i;
        foreach (var entry in backing)
        {
            if (positions.ContainsKey(entry.At.Text))
                faults.Error(FaultCode.SameName, entry.At, $"'{entry.At.Text}' is the name of a service and of a backing service.", "Rename one of the two.");
            positions[entry.At.Text] = -1;
        }
        CheckNeeds(entries, services, positions, faults);
        CheckRoutes(entries, services, faults);
    }

    private static void CheckNeeds(NamedValue[] entries, Service[] services, Dictionary<string, int> positions, FaultList faults)
    {
        // Services are taken away once nothing they need is left; what remains waits for itself.
        var waiting = new int[services.Length];
        var waitedBy = new List<int>?[services.Length];
        var free = new Stack<int>();
        for (var i = 0; i < services.Length; i++)
        {
            for (var n = 0; n < services[i].Needs.Length; n++)
            {
                var need = services[i].Needs[n].ToString();
                if (!positions.TryGetValue(need, out var on))
                {
                    var near = Nearest.To(need, positions.Keys);
                    faults.Error(FaultCode.UnknownNeed, NeedAt(entries[i], n), $"The service '{entries[i].At.Text}' needs '{need}', which is neither a service nor a backing service.", near is null ? "Declare it under services or backing." : $"Did you mean '{near}'?");
                }
                else if (on >= 0)
                {
                    waiting[i]++;
                    (waitedBy[on] ??= []).Add(i);
                }
            }
            if (waiting[i] == 0)
                free.Push(i);
        }
        while (free.TryPop(out var done))
        {
            foreach (var waiter in waitedBy[done] ?? [])
            {
                if (--waiting[waiter] == 0)
                    free.Push(waiter);
            }
        }
        ReportCycles(entries, services, positions, waiting, faults);
    }

    /// <summary>Names each ring among the services that wait for ever once.</summary>
    private static void ReportCycles(NamedValue[] entries, Service[] services, Dictionary<string, int> positions, int[] waiting, FaultList faults)
    {
        // 0 not visited, otherwise the walk it was visited in.
        var visited = new int[services.Length];
        for (var start = 0; start < services.Length; start++)
        {
            var path = new List<int>();
            var at = start;
            while (at >= 0 && waiting[at] > 0 && visited[at] == 0)
            {
                visited[at] = start + 1;
                path.Add(at);
                at = NextWaiting(services[at], positions, waiting);
            }
            if (path.Count == 0 || at < 0 || visited[at] != start + 1)
                continue;
            var ring = path[path.IndexOf(at)..];
            ring.Add(at);
            var names = string.Join(" -> ", ring.ConvertAll(i => entries[i].At.Text));
            faults.Error(FaultCode.CyclicNeeds, entries[at].Value is Values values ? values.KeyAt("needs") : entries[at].At, $"These services wait for each other: {names}.", "Remove one of these needs.");
        }
    }

    private static int NextWaiting(Service service, Dictionary<string, int> positions, int[] waiting)
    {
        foreach (var need in service.Needs)
        {
            if (positions.TryGetValue(need.ToString(), out var on) && on >= 0 && waiting[on] > 0)
                return on;
        }
        return -1;
    }

    private static void CheckRoutes(NamedValue[] entries, Service[] services, FaultList faults)
    {
        var owners = new Dictionary<string, string>();
        for (var i = 0; i < services.Length; i++)
        {
            for (var r = 0; r < services[i].Routes.Length; r++)
            {
                var route = services[i].Routes[r];
                var address = route.Host + route.Path;
                if (owners.TryAdd(address, entries[i].At.Text))
                    continue;
                var at = entries[i].Value is Values values ? values.ItemAt(values.Has("routes") ? "routes" : "route", r) : entries[i].At;
                faults.Error(FaultCode.SameRoute, at, $"The services '{owners[address]}' and '{entries[i].At.Text}' have the same route '{address}'.", "Give each route to one service.");
            }
        }
    }

    private static Node NeedAt(NamedValue entry, int index)
        => entry.Value is Values values ? values.ItemAt("needs", index) : entry.At;
}
