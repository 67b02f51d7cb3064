namespace Slipway.Core.Manifests;

/// <summary>Needs name services or backing services, and never lead back to where they began.</summary>
internal static class NeedRules
{
    public static void Check(NamedValue[] services, NamedValue[] backing, FaultList faults)
    {
        var positions = new Dictionary<string, int>(services.Length);
        for (var i = 0; i < services.Length; i++)
            positions[services[i].Name] = i;
        foreach (var entry in backing)
        {
            if (positions.ContainsKey(entry.Name))
                faults.Error(FaultCode.SameName, entry.At, $"'{entry.Name}' is the name of a service and of a backing service.", "Rename one of the two.");
            positions[entry.Name] = -1;
        }
        var needs = new int[services.Length][];
        for (var i = 0; i < services.Length; i++)
            needs[i] = NeedsOf(services[i], positions, faults);
        CheckCycles(services, needs, faults);
    }

    /// <summary>The positions of the services that one needs.</summary>
    private static int[] NeedsOf(NamedValue service, Dictionary<string, int> positions, FaultList faults)
    {
        if (service.Value is not Values values)
            return [];
        var list = values.List("needs");
        var count = 0;
        var needs = new int[list.Length];
        for (var i = 0; i < list.Length; i++)
        {
            var need = (string)list[i];
            if (Array.IndexOf(list, need) < i)
            {
                faults.Error(FaultCode.SameName, values.ItemAt("needs", i), $"'{need}' is listed twice.", "Keep one of the two.");
            }
            else if (!positions.TryGetValue(need, out var on))
            {
                var near = Nearest.To(need, positions.Keys);
                faults.Error(FaultCode.UnknownNeed, values.ItemAt("needs", i), $"The service '{service.Name}' needs '{need}', which is neither a service nor a backing service.", near is null ? "Declare it under services or backing." : $"Did you mean '{near}'?");
            }
            else if (on >= 0)
            {
                needs[count++] = on;
            }
        }
        Array.Resize(ref needs, count);
        return needs;
    }

    /// <summary>
    /// Names each ring once. Walks without recursion: a chain of services may be as long as the file allows.
    /// </summary>
    private static void CheckCycles(NamedValue[] services, int[][] needs, FaultList faults)
    {
        // Per service the next of its needs to follow; -1 not visited yet.
        var next = new int[services.Length];
        Array.Fill(next, -1);
        var onPath = new bool[services.Length];
        var path = new int[services.Length];
        for (var start = 0; start < services.Length; start++)
        {
            if (next[start] >= 0)
                continue;
            var depth = 0;
            path[0] = start;
            next[start] = 0;
            onPath[start] = true;
            while (depth >= 0)
            {
                var at = path[depth];
                if (next[at] == needs[at].Length)
                {
                    onPath[at] = false;
                    depth--;
                    continue;
                }
                var on = needs[at][next[at]++];
                if (onPath[on])
                {
                    ReportCycle(services, path, depth, on, faults);
                }
                else if (next[on] < 0)
                {
                    path[++depth] = on;
                    next[on] = 0;
                    onPath[on] = true;
                }
            }
        }
    }

    private static void ReportCycle(NamedValue[] services, int[] path, int depth, int on, FaultList faults)
    {
        var names = new List<string>();
        for (var i = Array.IndexOf(path, on); i <= depth; i++)
            names.Add(services[path[i]].Name);
        names.Add(services[on].Name);
        // A ring of thousands would say nothing more.
        if (names.Count > 12)
            names.RemoveRange(6, names.Count - 11);
        var values = (Values)services[path[depth]].Value!;
        faults.Error(FaultCode.CyclicNeeds, values.KeyAt("needs"), names.Count == 2 ? $"The service '{names[0]}' needs itself." : $"These services wait for each other: {string.Join(" -> ", names)}.", "Remove one of these needs.");
    }
}
