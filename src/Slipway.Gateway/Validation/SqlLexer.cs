using System.Collections.Frozen;

namespace Slipway.Gateway.Validation;

/// <summary>
/// Reads a text in lower case as SQL as MySQL, PostgreSQL, SQL Server, Oracle and SQLite together would: where they differ, the
/// reading that helps an attacker. Closed comments count as white space; the content of MySQL's conditional ones counts as text.
/// </summary>
internal static class SqlLexer
{
    private static readonly FrozenDictionary<string, (SqlKind Kind, SqlWord Word)> s_words = Words();
    private static readonly FrozenDictionary<string, (SqlKind Kind, SqlWord Word)>.AlternateLookup<ReadOnlySpan<char>> s_lookup = s_words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Reads tokens until the text or the room for them ends; an <see cref="SqlKind.End"/> always follows the last.</summary>
    /// <returns>How many there are, without the end.</returns>
    public static int Read(ReadOnlySpan<char> text, int from, SqlToken[] tokens)
    {
        var (at, count) = (from, 0);
        while (count < tokens.Length - 1 && TryNext(text, ref at, out var token))
            tokens[count++] = token;
        tokens[count] = new(SqlKind.End, SqlWord.None, text.Length, 0, false);
        return count;
    }

    private static bool TryNext(ReadOnlySpan<char> text, ref int at, out SqlToken token)
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c <= ' ' || c == '\u00A0')
            {
                at++;
            }
            else if (c == '/' && Next(text, at) == '*')
            {
                if (TrySkipComment(text, ref at))
                    continue;
                token = new(SqlKind.Comment, SqlWord.None, at, text.Length - at, false);
                at = text.Length;
                return true;
            }
            else if (c == '*' && Next(text, at) == '/')
            {
                at += 2;
            }
            else
            {
                token = Piece(text, at);
                at += token.Length;
                return true;
            }
        }
        token = default;
        return false;
    }

    // A conditional comment is opened and read on; a plain one is skipped whole; one that does not end hides all that the application adds.
    private static bool TrySkipComment(ReadOnlySpan<char> text, ref int at)
    {
        if (Next(text, at + 1) == '!')
        {
            at += 3;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            return true;
        }
        var end = text[(at + 2)..].IndexOf("*/");
        if (end < 0)
            return false;
        at += end + 4;
        return true;
    }

    private static SqlToken Piece(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        var next = Next(text, at);
        return c switch
        {
            '\'' or '"' => String(text, at, at),
            '`' => Quoted(text, at, '`', SqlKind.Word),
            _ when char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(next)) => Of(SqlKind.Number, at, NumberLength(text[at..])),
            _ when IsWordStart(c) => Word(text, at),
            '@' => Of(SqlKind.Variable, at, VariableLength(text[at..])),
            // MySQL's NULL.
            '\\' when next == 'n' => new(SqlKind.Word, SqlWord.Constant, at, 2, false),
            '-' when next == '-' => Line(text, at),
            '#' => Line(text, at),
            '&' when next == '&' => Of(SqlKind.Logic, at, 2),
            '|' when next == '|' => Of(SqlKind.Logic, at, 2),
            '=' or '<' or '>' => Of(SqlKind.Compare, at, CompareLength(text[at..])),
            '!' when next == '=' => Of(SqlKind.Compare, at, 2),
            '*' => Of(SqlKind.Star, at, 1),
            '(' => Of(SqlKind.Open, at, 1),
            ')' => Of(SqlKind.Close, at, 1),
            ',' => Of(SqlKind.Comma, at, 1),
            '.' => Of(SqlKind.Dot, at, 1),
            ';' => Of(SqlKind.Semicolon, at, 1),
            '+' or '-' or '/' or '%' or '^' or '&' or '|' or '~' or '!' => Of(SqlKind.Operator, at, 1),
            _ => Of(SqlKind.Other, at, 1),
        };
    }

    private static SqlToken Of(SqlKind kind, int at, int length) => new(kind, SqlWord.None, at, length, false);

    private static char Next(ReadOnlySpan<char> text, int at) => at + 1 < text.Length ? text[at + 1] : '\0';

    private static SqlToken String(ReadOnlySpan<char> text, int at, int quoteAt)
    {
        var quote = text[quoteAt];
        for (var i = quoteAt + 1; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == quote && Next(text, i) == quote)
                i++;
            else if (text[i] == quote)
                return Of(SqlKind.String, at, i + 1 - at);
        }
        return new(SqlKind.String, SqlWord.None, at, text.Length - at, IsOpen: true);
    }

    private static SqlToken Quoted(ReadOnlySpan<char> text, int at, char quote, SqlKind kind)
    {
        var end = text[(at + 1)..].IndexOf(quote);
        return end < 0 ? Of(SqlKind.Other, at, 1) : Of(kind, at, end + 2);
    }

    private static SqlToken Line(ReadOnlySpan<char> text, int at)
    {
        var end = text[at..].IndexOf('\n');
        return Of(SqlKind.Comment, at, end < 0 ? text.Length - at : end);
    }

    private static SqlToken Word(ReadOnlySpan<char> text, int at)
    {
        var length = 1;
        while (at + length < text.Length && IsWordPart(text[at + length]))
            length++;
        // N'text', x'00', b'01' and e'text' are strings.
        if (length == 1 && text[at] is 'n' or 'x' or 'b' or 'e' && Next(text, at) == '\'')
            return String(text, at, at + 1);
        var (kind, word) = s_lookup.TryGetValue(text.Slice(at, length), out var known) ? known : (SqlKind.Word, SqlWord.None);
        return new(kind, word, at, length, false);
    }

    private static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c is '_' or (>= '\u0080' and not '\u00A0');

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or (>= '\u0080' and not '\u00A0');

    private static int NumberLength(ReadOnlySpan<char> text)
    {
        if (text.Length > 2 && text[0] == '0' && text[1] is 'x' or 'b' && char.IsAsciiHexDigit(text[2]))
            return 2 + Run(text[2..], static c => char.IsAsciiHexDigit(c));
        var length = Run(text, static c => char.IsAsciiDigit(c) || c == '.');
        if (length + 1 < text.Length && text[length] == 'e')
        {
            var sign = text[length + 1] is '+' or '-' ? 1 : 0;
            var digits = Run(text[(length + 1 + sign)..], char.IsAsciiDigit);
            length += digits > 0 ? 1 + sign + digits : 0;
        }
        return length;
    }

    private static int VariableLength(ReadOnlySpan<char> text)
    {
        var ats = text is ['@', '@', ..] ? 2 : 1;
        return ats + Run(text[ats..], static c => IsWordPart(c) || c == '.');
    }

    private static int CompareLength(ReadOnlySpan<char> text) => Math.Min(3, Run(text, static c => c is '=' or '<' or '>'));

    private static int Run(ReadOnlySpan<char> text, Func<char, bool> member)
    {
        var length = 0;
        while (length < text.Length && member(text[length]))
            length++;
        return length;
    }

    private static FrozenDictionary<string, (SqlKind, SqlWord)> Words()
    {
        Dictionary<string, (SqlKind, SqlWord)> words = new(StringComparer.Ordinal);
        Add(SqlKind.Logic, SqlWord.None, "and or xor");
        Add(SqlKind.Compare, SqlWord.None, "like rlike regexp ilike glob between in is sounds similar");
        Add(SqlKind.Operator, SqlWord.Not, "not binary div mod collate");
        Add(SqlKind.Word, SqlWord.All, "all");
        Add(SqlKind.Word, SqlWord.Distinct, "distinct distinctrow");
        Add(SqlKind.Word, SqlWord.Analyse, "analyse");
        Add(SqlKind.Word, SqlWord.By, "by");
        Add(SqlKind.Word, SqlWord.Case, "case");
        Add(SqlKind.Word, SqlWord.When, "when");
        Add(SqlKind.Word, SqlWord.If, "if while iif ifnull nullif decode coalesce");
        Add(SqlKind.Word, SqlWord.Constant, "null true false current_user current_timestamp rownum sysdate user");
        Add(SqlKind.Word, SqlWord.Delay, "delay time");
        Add(SqlKind.Word, SqlWord.From, "from");
        Add(SqlKind.Word, SqlWord.Group, "group");
        Add(SqlKind.Word, SqlWord.Having, "having");
        Add(SqlKind.Word, SqlWord.Into, "into");
        Add(SqlKind.Word, SqlWord.Limit, "limit offset fetch");
        Add(SqlKind.Word, SqlWord.Order, "order");
        Add(SqlKind.Word, SqlWord.Outfile, "outfile dumpfile");
        Add(SqlKind.Word, SqlWord.Procedure, "procedure");
        Add(SqlKind.Word, SqlWord.Select, "select");
        Add(SqlKind.Word, SqlWord.Set, "set");
        Add(SqlKind.Word, SqlWord.Table, "table tables database databases user index view function login schema trigger role column");
        Add(SqlKind.Word, SqlWord.Top, "top");
        Add(SqlKind.Word, SqlWord.Union, "union intersect except minus");
        Add(SqlKind.Word, SqlWord.Values, "values value");
        Add(SqlKind.Word, SqlWord.Waitfor, "waitfor");
        Add(SqlKind.Word, SqlWord.Where, "where");
        Add(SqlKind.Word, SqlWord.Execute, "exec execute");
        Add(SqlKind.Word, SqlWord.CharCall, "char chr nchar unhex hex ascii ord substr substring mid concat concat_ws group_concat convert cast length len upper lower md5 sha1 count version database schema row elt make_set json_keys exp rand bin");
        Add(SqlKind.Word, SqlWord.Statement, "insert update delete drop create alter truncate declare shutdown grant revoke merge replace backup restore copy call handler rename kill begin use desc describe explain analyze vacuum attach load");
        // Functions that nothing but a test for an injection, or one, calls in a request.
        Add(SqlKind.Word, SqlWord.ProbeCall, "pg_sleep sleep benchmark load_file extractvalue updatexml xp_cmdshell xp_dirtree xp_regread xp_fileexist sp_executesql sp_oacreate sp_password sp_makewebtask dbms_pipe dbms_lock dbms_xslprocessor utl_inaddr utl_http ctxsys openrowset opendatasource fn_xe_file_target_read_file fn_trace_gettable like_regex load_extension lo_import lo_export pg_read_file pg_ls_dir gtid_subset procedure_analyse generate_series dbms_utility xmltype heavyquery fn_dblog randomblob");
        Add(SqlKind.Word, SqlWord.Schema, "information_schema sysobjects syscolumns sysusers sysdatabases sysprocesses pg_catalog pg_shadow pg_user pg_tables sqlite_master sqlite_schema all_tables user_tables all_users dba_users mysql msysaccessobjects msysobjects sysibm syscat performance_schema xp_availablemedia");
        return words.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(SqlKind kind, SqlWord word, string members)
        {
            foreach (var member in members.Split(' '))
                words[member] = (kind, word);
        }
    }
}
