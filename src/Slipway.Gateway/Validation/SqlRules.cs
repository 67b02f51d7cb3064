using static Slipway.Gateway.Validation.SqlShapes;

namespace Slipway.Gateway.Validation;

/// <summary>
/// Whether a value would change the query that it is put into. It is read three times: as it stands where the application
/// puts no quotes around it, and from its first single and double quote on, where the application does. What follows the
/// quote then decides: in prose a letter follows an apostrophe, in an injection an operator, a comment or a keyword.
/// </summary>
internal sealed class SqlRules
{
    private const int TokensMax = 2048;

    // One more, so that two tokens can be looked ahead at the end.
    private readonly SqlToken[] _tokens = new SqlToken[TokensMax + 4];

    /// <summary>Judges a value in lower case.</summary>
    public Finding Judge(ReadOnlySpan<char> text)
    {
        var found = Unquoted(text);
        foreach (var quote in "'\"")
        {
            if (found.IsAttack)
                return found;
            var at = text.IndexOf(quote);
            if (at >= 0)
                found = found.Or(Quoted(text, at));
        }
        return found;
    }

    private ReadOnlySpan<SqlToken> Read(ReadOnlySpan<char> text, int from)
    {
        var count = SqlLexer.Read(text, from, _tokens);
        _tokens[count + 1] = _tokens[count + 2] = _tokens[count];
        return _tokens.AsSpan(0, count + 3);
    }

    // Where the application puts no quotes around the value: a number, or nothing, comes first.
    private Finding Unquoted(ReadOnlySpan<char> text)
    {
        var tokens = Read(text, 0);
        var found = Anywhere(text, tokens);
        var at = SkipClosed(tokens, 0, out _);
        if (!found.IsAttack)
            found = found.Or(Begun(text, tokens, at));
        at = 0;
        while (tokens[at].Kind is SqlKind.Operator or SqlKind.Open)
            at++;
        var isValue = tokens[at].Kind is SqlKind.Number or SqlKind.Variable
            || (tokens[at].Kind == SqlKind.String && !tokens[at].IsOpen && tokens[at].At == 0);
        if (found.IsAttack || !isValue)
            return found;
        var first = tokens[at].Kind;
        at = SkipClosed(tokens, at + 1, out var closed);
        return found.Or(Continued(text, tokens, at, isQuoted: false, isBare: first == SqlKind.Number || closed));
    }

    // From the quote that ends the application's own string.
    private Finding Quoted(ReadOnlySpan<char> text, int quoteAt)
    {
        var tokens = Read(text, quoteAt + 1);
        var at = SkipClosed(tokens, 0, out _);
        var found = Continued(text, tokens, at, isQuoted: true, isBare: !HasSpace(text[..quoteAt]));
        return found.IsAttack ? found : found.Or(Anywhere(text, tokens));
    }

    private static bool HasSpace(ReadOnlySpan<char> text) => text.IndexOfAny(' ', '\n', '\t') >= 0;

    private static int SkipClosed(ReadOnlySpan<SqlToken> tokens, int at, out bool any)
    {
        var start = at;
        while (tokens[at].Kind == SqlKind.Close)
            at++;
        any = at > start;
        return at;
    }

    // A value that begins where the application's own has ended: with what only goes on with a query.
    private static Finding Begun(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens, int at)
    {
        if (tokens[at].Word == SqlWord.Order && tokens[at + 1].Word == SqlWord.By)
        {
            var by = tokens[at + 2];
            return (by.Kind == SqlKind.Number && tokens[at + 3].Kind is SqlKind.End or SqlKind.Comment or SqlKind.Comma) || by.Word == SqlWord.ProbeCall
                ? Sql(5, "order by that begins a value") : Finding.Nothing;
        }
        if (tokens[at].Kind != SqlKind.Logic)
            return Finding.Nothing;
        var left = SqlExpression.Read(tokens, at + 1);
        var isWord = char.IsAsciiLetter(text[tokens[at].At]);
        // A line of code goes on with && and a comparison of its names.
        if (!isWord && !left.IsLiteral && !left.Probes && !left.Selects)
            return Finding.Nothing;
        if (!left.IsEmpty && tokens[left.Next] is { Kind: SqlKind.Compare } sign && text[sign.At] is '=' or '<' or '>' or '!')
        {
            var right = SqlExpression.Read(tokens, left.Next + 1);
            var isEqual = sign.Length == 1 && text[sign.At] == '=' && !right.IsEmpty && tokens[right.Next].Kind is SqlKind.End or SqlKind.Comment or SqlKind.Logic;
            return isEqual || left.IsLiteral || left.Selects || left.Probes || right.Selects || right.Probes ? Sql(5, "a comparison that begins a value") : Finding.Nothing;
        }
        return (left.Calls || left.IsLiteral) && !left.IsEmpty && tokens[left.Next].Kind == SqlKind.Comment && EndsInComment(text, tokens[left.Next], isBare: true)
            ? Sql(5, "a condition and a comment that begin a value") : Condition(text, tokens, at + 1, isQuoted: false, isBare: true);
    }

    /// <summary>What goes on behind the value that the application meant.</summary>
    private static Finding Continued(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens, int at, bool isQuoted, bool isBare)
    {
        var token = tokens[at];
        switch (token.Kind)
        {
            case SqlKind.Logic:
                return Condition(text, tokens, at + 1, isQuoted, isBare);
            case SqlKind.Comment when isQuoted:
                return EndsInComment(text, token, isBare) ? Sql(6, "a comment behind a closed string") : Finding.Nothing;
            case SqlKind.Semicolon:
                return Stacked(tokens, at, isQuoted);
            case SqlKind.Compare or SqlKind.Operator or SqlKind.Star or SqlKind.Comma:
                return Appended(text, tokens, at, isQuoted, isBare);
            case SqlKind.Word when token.Word is SqlWord.Order or SqlWord.Group && tokens[at + 1].Word == SqlWord.By:
                return tokens[at + 2].Kind is SqlKind.Number or SqlKind.Open || (isQuoted && isBare) ? Sql(6, "order or group by behind a value") : Finding.Nothing;
            case SqlKind.Word when token.Word == SqlWord.Limit:
                return isQuoted && isBare && tokens[at + 1].Kind == SqlKind.Number && tokens[at + 2].Kind is SqlKind.Comma or SqlKind.Comment ? Sql(5, "a clause behind a value") : Finding.Nothing;
            case SqlKind.Word when token.Word is SqlWord.Procedure or SqlWord.Into or SqlWord.Waitfor:
                return tokens[at + 1].Word is SqlWord.Analyse or SqlWord.Outfile or SqlWord.Delay ? Sql(6, "a clause behind a value") : Finding.Nothing;
            case SqlKind.String when isQuoted && isBare && token.IsOpen:
                return Sql(1, "two strings side by side");
            default:
                return Finding.Nothing;
        }
    }

    private static Finding Condition(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens, int at, bool isQuoted, bool isBare)
    {
        var left = SqlExpression.Read(tokens, at);
        if (left.IsEmpty)
            return tokens[left.Next].Kind == SqlKind.Comment && isQuoted && isBare ? Sql(5, "a condition behind a closed string") : Finding.Nothing;
        if (left.Selects || left.Probes)
            return Sql(6, "a condition with a query or a function");
        var next = tokens[left.Next].Kind;
        if (next == SqlKind.Compare)
        {
            var at2 = left.Next + 1;
            while (tokens[at2].Kind is SqlKind.Compare || tokens[at2].Word == SqlWord.Not)
                at2++;
            var right = SqlExpression.Read(tokens, at2);
            if (right.IsEmpty)
                return left.IsLiteral && isQuoted ? Sql(5, "a condition behind a value") : Sql(2, "half a condition");
            // 'yes' or 'no' is what you say.
            if (left.IsLiteral && !right.IsLiteral && !right.Calls && !right.Selects && char.IsAsciiLetter(text[tokens[left.Next].At]))
                return Sql(2, "a sentence behind a value");
            return left.IsLiteral || right.IsLiteral || left.Calls || right.Calls || right.Selects || right.Probes
                ? Sql(6, "a condition behind a value") : Sql(3, "a comparison behind a value");
        }
        if (left.IsLiteral && isBare && tokens[left.Next] is { Kind: SqlKind.Word, Word: SqlWord.Group or SqlWord.Order } && tokens[left.Next + 1].Word == SqlWord.By)
            return Sql(5, "a clause behind a condition");
        if (isQuoted && isBare && next == SqlKind.Logic)
            return Condition(text, tokens, left.Next + 1, isQuoted, isBare);
        if (left.IsLiteral && isQuoted && isBare && tokens[left.Next] is { Kind: SqlKind.String, IsOpen: true })
            return Sql(5, "a condition of two strings behind a closed one");
        if (left.EndsOpen && isQuoted && isBare)
            return Sql(5, "a condition with a string that is left open");
        if (left.IsLiteral && ((left.EndsOpen && isBare) || (next == SqlKind.Comment && (isBare || isQuoted)) || (next == SqlKind.End && isQuoted && isBare)))
            return Sql(5, "a constant condition behind a value");
        return next == SqlKind.Comment && isQuoted && isBare ? Sql(5, "a condition and a comment behind a closed string") : Finding.Nothing;
    }

    // A query, a known function or a string that the application's quote closes, tied to the value by an operator.
    private static Finding Appended(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens, int at, bool isQuoted, bool isBare)
    {
        var next = at + 1;
        while (tokens[next].Kind is SqlKind.Compare or SqlKind.Operator or SqlKind.Star)
            next++;
        var right = SqlExpression.Read(tokens, next);
        if (right.Selects)
            return Sql(6, "a query behind a value");
        if (right.Probes && (isQuoted || isBare))
            return Sql(6, "a function behind a value");
        // x' = 'y' = 'z: each is compared with what came of the ones before.
        while (!right.IsEmpty && !right.EndsOpen && tokens[right.Next].Kind == SqlKind.Compare)
            right = SqlExpression.Read(tokens, right.Next + 1);
        var end = tokens[right.Next].Kind;
        var closes = right.EndsOpen || (!right.IsEmpty && end == SqlKind.Comment);
        // '-' and the rest of a sentence: the quote opens a sign and closes nothing.
        if (tokens[at].At == 1 && right.EndsOpen && text[tokens[right.Next - 1].At..].Contains(' '))
            return Finding.Nothing;
        if (isQuoted && isBare && (right.IsLiteral || right.EndsOpen) && closes && tokens[at].At <= 16 && tokens[at].Kind != SqlKind.Comma)
            return Sql(5, "an operation on a closed string");
        if (isQuoted && isBare && end == SqlKind.Logic)
            return Condition(text, tokens, right.Next + 1, isQuoted, isBare);
        return Finding.Nothing;
    }

    private static Finding Stacked(ReadOnlySpan<SqlToken> tokens, int at, bool isQuoted)
    {
        while (tokens[at].Kind == SqlKind.Semicolon)
            at++;
        var word = tokens[at].Word;
        if (tokens[at].Kind == SqlKind.Comment && isQuoted)
            return Sql(5, "an end of statement and a comment");
        return IsStatement(tokens, at) || (isQuoted && word is SqlWord.Statement or SqlWord.Select or SqlWord.Execute or SqlWord.Waitfor && tokens[at + 1].Kind != SqlKind.End)
            ? Sql(6, "a second statement") : Finding.Nothing;
    }

    /// <summary>What is an injection wherever it stands.</summary>
    private static Finding Anywhere(ReadOnlySpan<char> text, ReadOnlySpan<SqlToken> tokens)
    {
        var found = ConditionalComment(text);
        var isScript = tokens[0].Word is SqlWord.Select or SqlWord.Statement or SqlWord.Execute;
        for (var i = 0; tokens[i].Kind != SqlKind.End && !found.IsAttack; i++)
        {
            var token = tokens[i];
            var next = tokens[i + 1];
            found = found.Or(token.Word switch
            {
                SqlWord.Union when IsUnionSelect(tokens, i + 1) => Sql(isScript ? 4 : 6, "union select"),
                SqlWord.Union when i == 0 && IsUnionCutShort(tokens, i + 1) => Sql(5, "union select"),
                SqlWord.ProbeCall when next.Kind == SqlKind.Open => Sql(token.Length > 9 || IsTied(tokens, i) ? 6 : 3, "a function of a database that requests never name"),
                SqlWord.ProbeCall when next.Kind == SqlKind.Dot && IsPackage(text, token) => Sql(6, "a package of a database that requests never name"),
                SqlWord.ProbeCall when token.Length > 9 => Sql(4, "a function of a database that requests never name"),
                SqlWord.Schema when i > 0 && (tokens[i - 1].Word == SqlWord.From || next.Kind == SqlKind.Dot) => Sql(tokens[i - 1].Word == SqlWord.From ? 6 : 4, "the database's own tables"),
                SqlWord.Waitfor when next.Word == SqlWord.Delay && tokens[i + 2].Kind == SqlKind.String => Sql(6, "waitfor delay"),
                SqlWord.Into when next.Word == SqlWord.Outfile => Sql(6, "into outfile"),
                SqlWord.Procedure when next.Word == SqlWord.Analyse => Sql(6, "procedure analyse"),
                SqlWord.Execute when next.Kind == SqlKind.Word && (next.Word == SqlWord.ProbeCall || IsSystemProcedure(text, next)) => Sql(6, "a procedure of the database"),
                SqlWord.Statement when next.Kind == SqlKind.Variable && AssignsHex(text, tokens, i + 2) => Sql(6, "a batch in hexadecimal digits"),
                SqlWord.Execute when i == 0 && next.Kind == SqlKind.Open && tokens[i + 2].Kind == SqlKind.Variable && tokens[i + 3].Kind == SqlKind.Close && tokens[i + 4].Kind is SqlKind.End or SqlKind.Semicolon or SqlKind.Comment => Sql(5, "a batch that is executed"),
                SqlWord.Execute when next.Kind is SqlKind.Open or SqlKind.Variable && ExecutesDeclared(text, tokens, i) => Sql(6, "a batch that executes what it has declared"),
                SqlWord.Having when IsLiteralComparison(tokens, i + 1) => Sql(6, "having with constants"),
                SqlWord.When or SqlWord.If when IsLiteralComparison(tokens, i + 1) && (token.Word == SqlWord.When || next.Kind == SqlKind.Open) && !isScript => Sql(5, "a choice between constants"),
                SqlWord.CharCall when next.Kind == SqlKind.Open && IsCharChain(tokens, i) => Sql(5, "text made of character codes"),
                SqlWord.Select when i > 0 && tokens[i - 1].Kind == SqlKind.Open && IsSelectList(tokens, i + 1) => Sql(isScript ? 2 : i > 1 && tokens[i - 2].Kind is SqlKind.Logic or SqlKind.Compare or SqlKind.Operator or SqlKind.Comma or SqlKind.Number or SqlKind.String ? 6 : 5, "a query in brackets"),
                _ => Finding.Nothing,
            });
            if (token.Kind == SqlKind.Logic && IsSameName(text, tokens, i + 1))
                found = found.Or(Sql(5, "a name that is compared with itself"));
            if (token.Kind == SqlKind.Variable && (i == 0 ? next.Kind is SqlKind.End or SqlKind.Comment : tokens[i - 1].Kind is not SqlKind.Word) && IsServerVariable(text, token))
                found = found.Or(Sql(5, "a variable of the server"));
            if (token.Kind == SqlKind.Logic && IsLiteralComparison(tokens, i + 1))
                found = found.Or(Sql(5, "a condition between constants"));
            if (token.Kind == SqlKind.Semicolon && !isScript && i <= 12 && IsStatement(tokens, i + 1))
                found = found.Or(Sql(6, "a second statement"));
        }
        return found;
    }

    private static Finding ConditionalComment(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf("/*!");
        return at >= 0 && at + 5 < text.Length && text.Slice(at + 3, 3).IndexOfAnyExceptInRange('0', '9') < 0
            ? Sql(5, "a conditional comment") : Finding.Nothing;
    }

    // Nothing behind it but what fills it up: in prose, a dash between two thoughts has the second behind it.
    private static bool EndsInComment(ReadOnlySpan<char> text, in SqlToken comment, bool isBare)
    {
        var content = text.Slice(comment.At, comment.Length).TrimStart("-#/*! +").TrimEnd();
        return content.IsEmpty || (isBare && content.Length <= 3);
    }

    private static Finding Sql(int score, string rule) => new(AttackClass.SqlInjection, score, rule);
}
