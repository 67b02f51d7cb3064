namespace Slipway.Core.Manifests;

/// <summary>Takes down faults of one file and knows whether one of them refuses it.</summary>
internal sealed class FaultList(string file, ICollection<Diagnostic> faults)
{
    /// <summary>How many errors were taken down; warnings do not count.</summary>
    public int Errors;

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
}
