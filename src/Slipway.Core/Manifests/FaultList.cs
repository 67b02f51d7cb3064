namespace Slipway.Core.Manifests;

/// <summary>Takes down faults of one file and knows whether one of them refuses it.</summary>
internal sealed class FaultList(string file, ICollection<Diagnostic> faults)
{
    /// <summary>How many errors were taken down; warnings do not count.</summary>
    public int Errors { get; private set; }

    public void Error(string code, Node at, string message, string remedy)
        => Error(code, at.Line, at.Column, message, remedy);

    public void Error(string code, int line, int column, string message, string remedy)
    {
        Errors++;
        faults.Add(new(code, Severity.Error, new(file, line, column), message, remedy));
    }

    public void Warning(string code, Node at, string message, string remedy)
        => faults.Add(new(code, Severity.Warning, new(file, at.Line, at.Column), message, remedy));

    public SourcePlace Place(Node at) => new(file, at.Line, at.Column);

    /// <summary>Each fault once, by place; those of one place as they were found.</summary>
    public static List<Diagnostic> Ordered(IEnumerable<Diagnostic> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var once = new List<Diagnostic>();
        foreach (var fault in faults)
        {
            if (seen.Add(fault.ToString()))
                once.Add(fault);
        }
        return [.. once.OrderBy(fault => fault.At.Line).ThenBy(fault => fault.At.Column)];
    }
}
