using System.Collections.Immutable;

namespace Slipway.Core.Manifests;

/// <summary>A manifest that could be read: its text as nodes, ready to be resolved for any of its environments.</summary>
public sealed class Manifest
{
    private readonly string _file;
    private readonly Node _root;
    private readonly string[] _environments;
    private readonly Node?[] _overlays;

    internal Manifest(string file, Node root, ApplicationName name, List<string> environments, List<Node?> overlays)
    {
        (_file, _root, Name) = (file, root, name);
        (_environments, _overlays) = (environments.ToArray(), overlays.ToArray());
    }

    /// <summary>The application's name.</summary>
    public ApplicationName Name { get; }

    /// <summary>Its environments in the manifest's order; <c>local</c> comes first when it is not declared.</summary>
    public ImmutableArray<EnvironmentName> Environments => [.. _environments.Select(NameOf)];

    /// <summary>
    /// The application in one environment, or null when <paramref name="faults"/> got an error. <paramref name="variables"/>
    /// fill <c>${NAME}</c> in the manifest's values; commands keep theirs for the start.
    /// </summary>
    public Application? Resolve(
        EnvironmentName environment, IReadOnlyDictionary<string, string> variables, ICollection<Diagnostic> faults)
    {
        var list = new FaultList(_file, faults);
        var position = Array.IndexOf(_environments, environment.ToString());
        if (position < 0)
        {
            var near = Nearest.To(environment.ToString(), _environments);
            list.Error(FaultCode.UnknownEnvironment, 0, 0, $"There is no environment '{environment}'.", near is null ? $"Known are: {string.Join(", ", _environments)}." : $"Did you mean '{near}'?");
            return null;
        }
        var (root, settings) = Read(position, new ValueReader(variables, list), list);
        return list.Errors == 0 ? ApplicationBinder.Bind(root, settings, environment, list) : null;
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
        // One reader for all: what no environment overlays is read once.
        var reader = new ValueReader(variables, list);
        for (var i = 0; i < _overlays.Length; i++)
            Read(i, reader, list);
        return faults.Count < 2 ? faults : FaultList.Ordered(faults);
    }

    private (Values Root, NamedValue[] Settings) Read(int position, ValueReader reader, FaultList faults)
    {
        var overlay = _overlays[position];
        var root = reader.ReadSection(Overlay.Apply(_root, overlay), ManifestShape.Root, "manifest")!;
        var settings = overlay is null ? [] : reader.ReadEnvironment(overlay);
        ApplicationRules.Check(root, settings, _environments[position], _environments, faults);
        return (root, settings);
    }

    private static EnvironmentName NameOf(string text)
        => EnvironmentName.TryParse(text, out var name) ? name : throw new FormatException(text);
}
