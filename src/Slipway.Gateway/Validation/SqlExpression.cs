namespace Slipway.Gateway.Validation;

/// <summary>What one side of a comparison is made of, as far as the rules ask.</summary>
internal ref struct SqlExpression
{
    /// <summary>The first token that does not belong to it.</summary>
    public int Next { get; private set; }

    /// <summary>Whether there is anything.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>Whether all of it is numbers, strings and constants, so that what it compares with decides nothing about a row.</summary>
    public bool IsLiteral { get; private set; }

    /// <summary>Whether it calls a function.</summary>
    public bool Calls { get; private set; }

    /// <summary>Whether it calls one that only tests for injections call.</summary>
    public bool Probes { get; private set; }

    /// <summary>Whether it holds a query.</summary>
    public bool Selects { get; private set; }

    /// <summary>Whether its last part is a string that the application's own quote will close.</summary>
    public bool EndsOpen { get; private set; }

    /// <summary>Reads one from a token on: operands with operators between them, as far as they go.</summary>
    public static SqlExpression Read(ReadOnlySpan<SqlToken> tokens, int from)
    {
        var read = new SqlExpression { Next = from, IsEmpty = true, IsLiteral = true };
        while (read.Operand(tokens))
        {
            while (tokens[read.Next].Kind == SqlKind.Close)
                read.Next++;
            if (tokens[read.Next].Kind is not (SqlKind.Operator or SqlKind.Star))
                break;
            read.Next++;
        }
        return read;
    }

    private bool Operand(ReadOnlySpan<SqlToken> tokens)
    {
        while (tokens[Next].Kind is SqlKind.Operator or SqlKind.Open)
        {
            if (tokens[Next].Kind == SqlKind.Open && tokens[Next + 1].Word == SqlWord.Select)
                Selects = true;
            Next++;
        }
        var token = tokens[Next];
        switch (token.Kind)
        {
            case SqlKind.Number or SqlKind.Variable:
                break;
            case SqlKind.String:
                EndsOpen = token.IsOpen;
                break;
            case SqlKind.Word when tokens[Next + 1].Kind == SqlKind.Open:
                Calls = true;
                Probes |= token.Word is SqlWord.ProbeCall or SqlWord.CharCall;
                IsLiteral = false;
                Next++;
                SkipBalanced(tokens);
                IsEmpty = false;
                return true;
            case SqlKind.Word:
                IsLiteral &= token.Word == SqlWord.Constant;
                Selects |= token.Word == SqlWord.Select;
                if (token.Word is SqlWord.Case)
                    Probes = true;
                while (tokens[Next + 1].Kind == SqlKind.Dot && tokens[Next + 2].Kind == SqlKind.Word)
                    Next += 2;
                break;
            default:
                return false;
        }
        IsEmpty = false;
        Next++;
        return true;
    }

    private void SkipBalanced(ReadOnlySpan<SqlToken> tokens)
    {
        var depth = 0;
        while (tokens[Next].Kind != SqlKind.End)
        {
            var token = tokens[Next];
            Selects |= token.Word == SqlWord.Select;
            Probes |= token.Word is SqlWord.ProbeCall or SqlWord.Schema;
            depth += token.Kind == SqlKind.Open ? 1 : token.Kind == SqlKind.Close ? -1 : 0;
            Next++;
            if (depth == 0)
                return;
        }
    }
}
