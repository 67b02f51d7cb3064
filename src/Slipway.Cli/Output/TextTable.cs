using System.Text;

namespace Slipway.Cli.Output;

/// <summary>A table of short texts: columns as wide as they must be, two spaces between, ASCII only.</summary>
/// <param name="columns">The headings; one that starts with <c>&gt;</c> is set flush right.</param>
internal sealed class TextTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>The headings, without marks.</summary>
    public IEnumerable<string> Headings => columns.Select(column => column.TrimStart('>'));

    /// <summary>The rows.</summary>
    public IReadOnlyList<string[]> Rows => _rows;

    /// <summary>Whether a column is set flush right.</summary>
    public bool IsRight(int column) => columns[column].StartsWith('>');

    /// <summary>Adds a row; null and empty cells are shown as a hyphen.</summary>
    public void Add(params string?[] cells)
    {
        if (cells.Length != columns.Length)
            throw new ArgumentException($"A row has {cells.Length} cells, the table {columns.Length} columns.", nameof(cells));
        _rows.Add([.. cells.Select(cell => string.IsNullOrEmpty(cell) ? "-" : cell)]);
    }

    /// <summary>The table as lines.</summary>
    public IEnumerable<string> Lines()
    {
        var widths = new int[columns.Length];
        var headings = Headings.Select(heading => heading.ToUpperInvariant()).ToArray();
        for (var i = 0; i < widths.Length; i++)
            widths[i] = _rows.Select(row => row[i].Length).Append(headings[i].Length).Max();
        yield return Line(headings, widths);
        foreach (var row in _rows)
            yield return Line(row, widths);
    }

    private string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                line.Append("  ");
            line.Append(IsRight(i) ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i]));
        }
        return line.ToString().TrimEnd();
    }
}
