namespace Slipway.Gateway.Validation;

/// <summary>What a row of tokens looks like; what follows from it is for <see cref="SqlRules"/> to say.</summary>
internal static class SqlShapes
{
    /// <summary>What looks like a statement and not like a sentence that begins with its word.</summary>
    public static bool IsStatement(ReadOnlySpan<SqlToken> tokens, int at)
    {
        var next = tokens[at + 1];
        return tokens[at].Word switch
        {
            SqlWord.Select => IsSelectList(tokens, at + 1),
            SqlWord.Waitfor => next.Word == SqlWord.Delay,
            SqlWord.If => IsLiteralComparison(tokens, at + 1),
            SqlWord.Execute => next.Kind is SqlKind.Open or SqlKind.Variable or SqlKind.String || (next.Kind == SqlKind.Word && tokens[at + 2].Kind is SqlKind.String or SqlKind.Number or SqlKind.Variable or SqlKind.Comment or SqlKind.Dot),
            SqlWord.Statement => next.Word is SqlWord.Table or SqlWord.Into or SqlWord.From
                || next.Kind is SqlKind.Variable
                || (next.Kind == SqlKind.Word && (tokens[at + 2].Word is SqlWord.Set or SqlWord.Values or SqlWord.Where || tokens[at + 2] is { Kind: SqlKind.Comment, Length: <= 4 }))
                || (next.Kind is SqlKind.End or SqlKind.Comment or SqlKind.Semicolon && tokens[at].Length > 4),
            _ => tokens[at].Word == SqlWord.ProbeCall && next.Kind == SqlKind.Open,
        };
    }

    /// <summary>Behind "select": something that no sentence goes on with.</summary>
    public static bool IsSelectList(ReadOnlySpan<SqlToken> tokens, int at)
    {
        while (tokens[at].Kind == SqlKind.Open || tokens[at].Word is SqlWord.All or SqlWord.Distinct)
            at++;
        var (token, next) = (tokens[at], tokens[at + 1]);
        return token.Kind switch
        {
            SqlKind.Number or SqlKind.String or SqlKind.Star or SqlKind.Variable => true,
            SqlKind.Word when token.Word == SqlWord.Top => next.Kind == SqlKind.Number && (tokens[at + 2].Kind is SqlKind.End || tokens[at + 3].Word is SqlWord.From || tokens[at + 3].Kind == SqlKind.Comma),
            SqlKind.Word => token.Word is SqlWord.Constant or SqlWord.Case or SqlWord.Select or SqlWord.Schema
                || next.Kind is SqlKind.Comma or SqlKind.Open or SqlKind.Dot or SqlKind.Logic or SqlKind.Operator or SqlKind.End or SqlKind.Comment
                || next.Word is SqlWord.From,
            SqlKind.Operator => next.Kind is SqlKind.Number or SqlKind.String,
            _ => false,
        };
    }

    /// <summary>At the beginning, or behind what ties it to a query; behind brackets and signs as well.</summary>
    public static bool IsTied(ReadOnlySpan<SqlToken> tokens, int at)
    {
        var before = at - 1;
        while (before >= 0 && tokens[before].Kind is SqlKind.Open or SqlKind.Operator or SqlKind.Star)
            before--;
        return before < 0
            || (tokens[before].Kind == SqlKind.Comma && tokens[at + 2].Kind == SqlKind.Number && tokens[at + 3].Kind == SqlKind.Close)
            || ((tokens[before].Kind is SqlKind.Logic or SqlKind.Semicolon or SqlKind.Compare || tokens[before].Word is SqlWord.By or SqlWord.Select or SqlWord.CharCall)
                && (tokens[at + 2].Kind is SqlKind.Number or SqlKind.Open or SqlKind.String || tokens[at + 2].Word == SqlWord.CharCall));
    }

    /// <summary>utl_http.request, dbms_lock.sleep: names that no sentence and no other language has.</summary>
    public static bool IsPackage(ReadOnlySpan<char> text, in SqlToken name)
        => text.Slice(name.At, name.Length) is var word && (word.StartsWith("utl_") || word.StartsWith("dbms_") || word is "ctxsys");

    /// <summary>declare @s varchar(99) select @s = 0x73656c...</summary>
    public static bool AssignsHex(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens, int at)
    {
        for (; tokens[at].Kind != SqlKind.End; at++)
        {
            if (tokens[at] is { Kind: SqlKind.Number, Length: >= 8 } number && text[number.At + 1] == 'x')
                return true;
        }
        return false;
    }

    /// <summary>"union all select" and nothing more, where the rest of the query is the application's.</summary>
    public static bool IsUnionCutShort(ReadOnlySpan<SqlToken> tokens, int at)
    {
        while (tokens[at].Kind == SqlKind.Open || tokens[at].Word is SqlWord.All or SqlWord.Distinct)
            at++;
        return tokens[at].Word == SqlWord.Select && tokens[at + 1].Kind is SqlKind.End or SqlKind.Comment;
    }

    /// <summary>declare @s varchar(99); ... exec(@s)</summary>
    public static bool ExecutesDeclared(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens, int at)
    {
        var what = tokens[at + 1].Kind == SqlKind.Open ? tokens[at + 2] : tokens[at + 1];
        if (what.Kind != SqlKind.Variable)
            return false;
        var name = text.Slice(what.At, what.Length);
        for (var i = 0; i + 1 < at; i++)
        {
            if (tokens[i].Word == SqlWord.Statement && tokens[i + 1].Kind == SqlKind.Variable && text.Slice(tokens[i + 1].At, tokens[i + 1].Length).SequenceEqual(name))
                return true;
        }
        return false;
    }

    /// <summary>xp_, sp_ and what is executed without such a name.</summary>
    public static bool IsSystemProcedure(ReadOnlySpan<char> text, in SqlToken name)
        => text.Slice(name.At, name.Length) is var word && (word.StartsWith("xp_") || word.StartsWith("sp_") || word is "master" or "immediate");

    /// <summary>A union with a query that follows it.</summary>
    public static bool IsUnionSelect(ReadOnlySpan<SqlToken> tokens, int at)
    {
        if (tokens[at].Kind == SqlKind.Open && tokens[at + 1].Word == SqlWord.Select && tokens[at + 2].Kind == SqlKind.Word && tokens[at + 3].Kind == SqlKind.Close)
            return true;
        while (tokens[at].Kind == SqlKind.Open || tokens[at].Word is SqlWord.All or SqlWord.Distinct)
            at++;
        return (tokens[at].Word == SqlWord.Select && IsSelectList(tokens, at + 1))
            || (tokens[at].Word == SqlWord.Values && tokens[at + 1].Kind == SqlKind.Open);
    }

    /// <summary>1=1, 'a'!='b': nothing of a row is in it.</summary>
    public static bool IsLiteralComparison(ReadOnlySpan<SqlToken> tokens, int at)
    {
        while (tokens[at].Word == SqlWord.Not)
            at++;
        var left = SqlExpression.Read(tokens, at);
        if (left.IsEmpty || !left.IsLiteral || tokens[left.Next].Kind != SqlKind.Compare)
            return false;
        var right = SqlExpression.Read(tokens, left.Next + 1);
        return !right.IsEmpty && right.IsLiteral;
    }

    /// <summary>or a=a</summary>
    public static bool IsSameName(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens, int at)
    {
        while (tokens[at].Kind == SqlKind.Open)
            at++;
        var (left, sign, right) = (tokens[at], tokens[at + 1], tokens[at + 2]);
        return left.Kind == SqlKind.Word && right.Kind == SqlKind.Word && sign is { Kind: SqlKind.Compare, Length: 1 } && text[sign.At] == '='
            && tokens[at + 3].Kind is SqlKind.End or SqlKind.Comment or SqlKind.Close or SqlKind.Logic or SqlKind.Semicolon
            && text.Slice(left.At, left.Length).SequenceEqual(text.Slice(right.At, right.Length));
    }

    /// <summary>Those that tell what a server is.</summary>
    public static bool IsServerVariable(ReadOnlySpan<char> text, in SqlToken variable)
        => text.Slice(variable.At, variable.Length) is "@@version" or "@@servername" or "@@hostname" or "@@datadir" or "@@basedir" or "@@version_compile_os" or "@@language" or "@@spid";

    /// <summary>chr(60)||chr(58)</summary>
    public static bool IsCharChain(ReadOnlySpan<SqlToken> tokens, int at)
        => tokens[at + 2].Kind == SqlKind.Number && tokens[at].Length <= 5
            && tokens[at + 3].Kind == SqlKind.Close && tokens[at + 4].Kind is SqlKind.Operator or SqlKind.Logic && tokens[at + 5].Word == SqlWord.CharCall;
}
