using System.Collections.Immutable;

namespace Slipway.Core.Manifests;

/// <summary>A manifest that could be read: its text as nodes, ready to be resolved for any of its environments.</summary>
public sealed class Manifest
{
    private readonly string _file;
    private readonly Node _root;
    private readonly List<Node?> _overlays;

    internal Manifest(string file, Node root, ApplicationName name, List<EnvironmentName> environments, List<Node?> overlays)
    {
        (_file, _root, _overlays, Name) = (file, root, overlays, name);
        Environments = ImmutableArray.Create(environments.ToArray());
    }

    /// <summary>The application's name.</summary>
    public ApplicationName Name { get; }

    /// <summary>Its environments in the manifest's order; <c>local</c> comes first when it is not declared.</summary>
    public ImmutableArray<EnvironmentName> Environments { get; }

    /// <summary>
    /// The application in one environment, or null when <paramref name="faults"/> got an error. <paramref name="variables"/>
    /// fill <c>${NAME}</c> in the manifest's values; commands keep theirs for the start.
    /// </summary>
    public Application? Resolve(
        EnvironmentName environment, IReadOnlyDictionary<string, string> variables, ICollection<Diagnostic> faults)
    {
        var list = new FaultList(_file, faults);
        var position = Environments.IndexOf(environment);
        if (position < 0)
        {
            var known = Environments.Select(name => name.ToString()).ToList();
            var near = Nearest.To(environment.ToString(), known);
            list.Error(FaultCode.UnknownEnvironment, 0, 0, $"There is no environment '{environment}'.", near is null ? $"Known are: {string.Join(", ", known)}." : $"Did you mean '{near}'?");
            return null;
        }
        return Bind(position, new ValueReader(variables, list), list);
    }

    /// <summary>
    /// Every fault in every environment, each once, by place. <paramref name="variables"/> as for <see cref="Resolve"/>.
    /// </summary>
    public IEnumerable<Diagnostic> Check(IReadOnlyDictionary<string, string> variables) => CheckAll(variables);

    /// <summary>As <see cref="Check"/>; without variables, values that hold one are left out.</summary>
    internal List<Diagnostic> CheckAll(IReadOnlyDictionary<string, string>? variables)
    {
        var faults = new List<Diagnostic>();
        var list = new FaultList(_file, faults);
        var reader = new ValueReader(variables, list);
        for (var i = 0; i < Environments.Length; i++)
            Bind(i, reader, list);
        if (faults.Count < 2)
            return faults;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        faults.RemoveAll(fault => !seen.Add(fault.ToString()));
        // A stable order: List.Sort would shuffle faults of one place.
        return [.. faults.OrderBy(fault => fault.At.Line).ThenBy(fault => fault.At.Column)];
    }

    private Application? Bind(int position, ValueReader reader, FaultList faults)
    {
        var errors = faults.Errors;
        var overlay = _overlays[position];
        var root = reader.ReadSection(Overlay.Apply(_root, overlay), ManifestShape.Root, "manifest")!;
        var settings = overlay is null ? [] : reader.ReadEnvironment(overlay);
        var application = new ApplicationBinder(this, Environments[position], faults).Bind(root, settings);
        return faults.Errors == errors ? application : null;
    }
}
