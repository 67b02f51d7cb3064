using Spectre.Console;

namespace Slipway.Cli.Output;

/// <summary>Shows a table: drawn on a terminal, plain everywhere else.</summary>
internal static class TableWriter
{
    /// <summary>Shows it.</summary>
    public static void Show(TextTable table)
    {
        if (Terminal.HasColour)
            Draw(table);
        else
        {
            foreach (var line in table.Lines())
                StandardStreams.Line(line);
        }
    }

    private static void Draw(TextTable table)
    {
        var drawn = new Table().Border(TableBorder.Ascii);
        var column = 0;
        foreach (var heading in table.Headings)
        {
            var made = new TableColumn(new Markup(Markup.Escape(heading), new Style(decoration: Decoration.Bold)));
            drawn.AddColumn(table.IsRight(column++) ? made.RightAligned() : made);
        }
        foreach (var row in table.Rows)
            drawn.AddRow(row.Select(cell => new Text(cell, StateColours.Of(cell))));
        AnsiConsole.Write(drawn);
    }
}
