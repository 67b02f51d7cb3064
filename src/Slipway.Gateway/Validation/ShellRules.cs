using System.Buffers;
using System.Collections.Frozen;

namespace Slipway.Gateway.Validation;

/// <summary>
/// Whether a value would run a program of its own where an application puts it into a command line. A separator or a substitution,
/// then a program's name; names that are words of English count only with what nothing but a command goes on with. Prose and code in
/// it pass: an injection follows right behind the value that was meant.
/// </summary>
internal static class ShellRules
{
    // What a shell skips before a name, or the folders before it, as far as anybody writes them.
    private const int SkippedMax = 128;

    // No value costs more than its length, whatever is in it.
    private const int GlobsMax = 8;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_programs
        = ("whoami ifconfig ipconfig netstat wget curl nc ncat netcat nslookup dig uname bash zsh ksh csh tcsh dash cmd cmd.exe powershell powershell.exe pwsh systeminfo tasklist taskkill chmod chown"
            + " sysinfo mkfifo telnet ssh scp tftp ftp nmap perl python python2 python3 ruby php lua node gcc crontab useradd adduser usermod passwd getent printenv hostname id ls ps pwd dir sh env ping sleep rm"
            + " phpinfo passthru shell_exec popen proc_open base64 xxd awk sed grep egrep xargs tee vim vi nano tar gzip unzip mount umount df du lsof ss ip arp route traceroute tracert"
            + " wmic reg regsvr32 rundll32 certutil bitsadmin mshta cscript wscript net net1 netsh sc schtasks attrib icacls sudo su nohup busybox socat openssl rev tac nl od strings usr bin etc")
            .Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    // Programs whose names are words: they count with an option, a path, a number or nothing behind them.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_words
        = "exec system echo cat find type date more head tail less sort cut test time touch kill set host printf who w last read copy move del erase start open mail export alias history top free finger groups users halt reboot shutdown logname stat file which where whereis locate"
            .Split(' ').ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<char> s_letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz_");

    private static readonly SearchValues<string> s_telling = SearchValues.Create(
        ["/bin/sh", "/bin/bash", "/bin/zsh", "/bin/nc", "/bin/cat", "/bin/ls", "/bin/id", "/bin/ping", "/usr/bin/id", "/usr/bin/wget", "/usr/bin/curl", "/usr/bin/perl", "/usr/bin/python",
            "/dev/tcp/", "${ifs}", "$ifs", "${jndi:", "${${", "%comspec%", "cmd.exe /c", "cmd /c", "powershell -", "bash -i", "bash -c", "sh -c", "nc -e", "nc -l", "|sh", "| sh", "|bash", "| bash", "|$0", "proxycommand="],
        StringComparison.Ordinal);

    private static readonly SearchValues<char> s_blanks = SearchValues.Create(" \t+;|&<>`()'\"");

    private static readonly string[] s_openings =
    [
        "net user ", "net localgroup ", "netsh firewall", "netsh advfirewall", "reg add ", "powershell -e", "powershell -n", "powershell -w", "powershell.exe -", "nc -l", "nc -e", "ncat -", "bash -i",
    ];

    /// <summary>Judges a value in lower case.</summary>
    public static Finding Judge(ReadOnlySpan<char> text)
    {
        var found = Finding.Nothing;
        if (IsList(text))
            return found;
        found = Called(text);
        var ticks = 0;
        for (var i = 0; i < text.Length && !found.IsAttack; i++)
        {
            var length = Separator(text, i);
            ticks += text[i] == '`' ? 1 : 0;
            // Every other one closes.
            if (length == 0 || (text[i] == '`' && ticks % 2 == 0))
                continue;
            found = found.Or(Command(text, i, i + length));
            i += length - 1;
        }
        if (!found.IsAttack)
            found = found.Or(Hidden(text));
        return found.IsAttack ? found : found.Or(Telling(text));
    }

    // a|b|c and a;b;c are lists of words, as sorting and field masks use them; ;a|b and a;b; are not.
    private static bool IsList(ReadOnlySpan<char> text)
    {
        if (text[0] is '|' or ';' or '&')
            return false;
        var separators = 0;
        var separator = '\0';
        foreach (var c in text)
        {
            if (c is '|' or ';' or '&')
            {
                if (separator != '\0' && c != separator)
                    return false;
                separator = c;
                separators++;
            }
            else if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or ':'))
                return false;
        }
        return separators - (text[^1] == separator ? 1 : 0) >= 2 && !text.Contains("||", StringComparison.Ordinal) && !text.Contains("&&", StringComparison.Ordinal);
    }

    // A call of PHP's, alone or behind what ends the statement before it: code that is quoted has more to it.
    private static Finding Called(ReadOnlySpan<char> text)
    {
        var code = text.TrimStart(" ;:|&'\"){}$@`\n");
        var end = code.IndexOf('(');
        if (end is < 4 or > 12)
            return Finding.Nothing;
        var inside = code[(end + 1)..].TrimStart();
        return code[..end] is "phpinfo" or "phpversion"
                ? inside is [')', ..] && inside[1..].Trim(" ;/#}'\"") is [] ? Shell(5, "a call of the language behind the page") : Finding.Nothing
            : code[..end] is "system" or "exec" or "passthru" or "shell_exec" or "popen" or "proc_open" or "eval" && inside is ['\'' or '"' or '`', ..] && Begins(inside[1..])
                ? Shell(5, "a program that a call starts") : Finding.Nothing;
    }

    private static bool Begins(ReadOnlySpan<char> command)
    {
        Span<char> name = stackalloc char[24];
        var at = SkipTo(command, 0);
        _ = Name(command, at, name, out var length, out _);
        return length > 0 && (s_programs.Contains(name[..length]) || s_words.Contains(name[..length]));
    }

    // c'a't /etc/x: nobody but who hides it puts quotes into a program's name.
    private static Finding Hidden(ReadOnlySpan<char> text)
    {
        Span<char> name = stackalloc char[24];
        var end = Name(text, 0, name, out var length, out var isHidden);
        return isHidden && (s_programs.Contains(name[..length]) || s_words.Contains(name[..length])) && Argument(text, end).IsCommandLike
            ? Shell(5, "a program's name with quotes in it") : Finding.Nothing;
    }

    private static int Separator(ReadOnlySpan<char> text, int at) => text[at] switch
    {
        // Written out, as a shell's echo and printf read it.
        '\\' when at == 0 && text.Length > 2 && text[1] is 'n' or 'r' => 2,
        ';' when EndsReference(text[..at]) => 0,
        ';' or '\n' or '\r' or '`' => 1,
        '|' => at + 1 < text.Length && text[at + 1] is '|' or '&' ? 2 : 1,
        '&' => at + 1 < text.Length && text[at + 1] == '&' ? 2 : 1,
        '$' when at + 1 < text.Length && text[at + 1] == '(' => 2,
        '<' or '>' when at + 1 < text.Length && text[at + 1] == '(' && (at == 0 || text[at - 1] == ' ') => 2,
        '{' when text[at..].IndexOf(',') is > 0 and < 12 and var comma && (at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1]) || text[(at + comma + 1)..] is ['-' or '/', ..]) => 1,
        _ => 0,
    };

    // The end of &#60; and &lt; separates nothing.
    private static bool EndsReference(ReadOnlySpan<char> text)
        => text.LastIndexOf('&') is >= 0 and var at && text[(at + 1)..] is { Length: > 1 and < 8 } name && name.TrimStart('#').IndexOfAnyExcept(s_letters) is var odd && (odd < 0 || name[0] == '#');

    private static Finding Command(ReadOnlySpan<char> text, int separatorAt, int at)
    {
        Span<char> name = stackalloc char[24];
        at = SkipTo(text, at);
        var end = Name(text, at, name, out var length, out var isHidden);
        if (length == 0)
            return Finding.Nothing;
        var word = name[..length];
        var isProgram = s_programs.Contains(word);
        if (!isProgram && !s_words.Contains(word))
            return Finding.Nothing;
        var before = text[..separatorAt];
        var separator = text[separatorAt];
        // ```fences, :roles:`of markup` and `quotes' of old.
        if (separator == '`' && (before is [.., '`' or ':'] || (end < text.Length && text[end] == '\'')))
            return Finding.Nothing;
        if ((IsProse(before) && !isHidden) || (separator == '`' && !IsBehindProgram(before) && !PathRules.NamesPasswords(text[end..]) && IsQuotedInProse(before, text[end..])))
            return Finding.Nothing;
        var argument = separator == '{' || text[at - 1] == '{' ? new Follows(true, false, true, end < text.Length && text[end] == ',') : Argument(text, end);
        if (!argument.IsCommandLike && !(isProgram && argument.IsWord && separator != '\n' && separator != '&'))
            return isProgram ? Shell(3, "a program's name behind a separator") : Finding.Nothing;
        // "time & date", a new line of a poem that begins with "top 10", and the middle of a|b|c.
        var isLoose = separator is '\n' or '\r' || text[separatorAt..at].SequenceEqual("& ");
        if (!isProgram && (isLoose ? !argument.IsOption : argument.IsEnd && separator == ';' && text.Length > 40))
            return Finding.Nothing;
        if ((separator == '|' || (separator == ';' && !isProgram)) && separatorAt > 0 && char.IsAsciiLetterOrDigit(text[separatorAt - 1]) && end < text.Length && text[end] == separator && end + 1 < text.Length && char.IsAsciiLetter(text[end + 1]))
            return Finding.Nothing;
        return Shell(isHidden ? 6 : 5, "a program behind a separator");
    }

    private static int SkipTo(ReadOnlySpan<char> text, int at)
    {
        var far = Math.Min(text.Length, at + SkippedMax);
        while (at < far && (text[at] <= ' ' || (text[at] == '`' && at > 0 && text[at - 1] == '(') || text[at] is '(' or '{' or '"' or '\'' or '@' or '!' or '\\'))
            at++;
        // /usr/bin/id is id, and so is c:\tools\id; c\at is not at.
        var path = at;
        var isPath = at < text.Length && (text[at] is '/' or '.' || (at > 0 && text[at - 1] == '\\') || (at + 1 < text.Length && text[at + 1] == ':'));
        far = Math.Min(text.Length, at + SkippedMax);
        while (path < far && (char.IsAsciiLetterOrDigit(text[path]) || text[path] is '/' or '\\' or '.' or ':' or '?' or '*'))
        {
            if (text[path] == '\\' && (!isPath || path + 2 >= text.Length))
                break;
            if (text[path] is '/' or '\\' && path > at - 1)
                at = path + 1;
            path++;
        }
        return at;
    }

    // A name with what a shell takes out of it: quotes, backslashes, carets, empty expansions.
    private static int Name(ReadOnlySpan<char> text, int at, Span<char> name, out int length, out bool isHidden)
    {
        (length, isHidden) = (0, false);
        while (at < text.Length && length < name.Length)
        {
            var c = text[at];
            if (char.IsAsciiLetterOrDigit(c) || c is '_' || (c == '.' && length > 0 && at + 1 < text.Length && char.IsAsciiLetter(text[at + 1])))
            {
                name[length++] = c;
            }
            else if (c == '\\' && at + 1 < text.Length && text[at + 1] is 'n' or 'r' && (at + 2 == text.Length || !char.IsAsciiLetterOrDigit(text[at + 2])))
            {
                break;
            }
            else if (c == '\'' && at + 1 < text.Length && text[at + 1] == 's' && (at + 2 == text.Length || text[at + 2] is ' ' or '.' or ','))
            {
                // A user's command.
                break;
            }
            else if (length > 0 && c is '\'' or '"' or '\\' or '^' && at + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[at + 1]) || text[at + 1] == c))
            {
                isHidden = true;
            }
            else if (c == '$' && at + 1 < text.Length && text[at + 1] is '@' or '*')
            {
                isHidden = true;
                at++;
            }
            else
            {
                break;
            }
            at++;
        }
        return at;
    }

    private readonly record struct Follows(bool IsEnd, bool IsWord, bool IsOption, bool IsCommandLike);

    private static Follows Argument(ReadOnlySpan<char> text, int at)
    {
        var from = at;
        while (at < text.Length && text[at] is ' ' or '\t' or '+')
            at++;
        if (at >= text.Length || text[at..] is "\\n" or "\\r" or "\\r\\n" || text[at] is '`' or ')' or '|' or '&' or ';' or '\n' or '\r' or '#' or '}' or '"' or '\'' or '\0' or '>')
            return new(true, false, false, true);
        if (text[at] is '-' or '/' or '.' or '~' or '$' or '%' or '\\' or '<' or '*' or '?' || char.IsAsciiDigit(text[at]))
            return new(false, false, at > from && (text[at] is '-' or '/' or '$' || IsVariable(text[at..])), at > from || text[at] is '$' or '<' or '/');
        var word = text[at..];
        var end = word.IndexOfAny(" \t\n;|&`)");
        word = end < 0 ? word : word[..end];
        return new(false, at > from, false, at > from && (word.IndexOfAny("/\\.:$") > 0 || word.Contains("http", StringComparison.Ordinal)));
    }

    // %systemroot%, as the shell of Windows has them.
    private static bool IsVariable(ReadOnlySpan<char> text)
        => text is ['%', ..] && text[1..].IndexOf('%') is > 1 and var end && !text.Slice(1, end).ContainsAnyExcept(s_letters);

    // Two words or more with letters before the separator: a sentence, in which a separator separates.
    private static bool IsProse(ReadOnlySpan<char> text)
    {
        var (words, letters) = (0, 0);
        foreach (var c in text)
        {
            if (char.IsLetter(c))
            {
                letters++;
                continue;
            }
            words += letters >= 2 && c is ' ' or '\n' or ',' ? 1 : 0;
            letters = 0;
        }
        return words + (letters >= 2 ? 1 : 0) >= 3;
    }

    // cat `...`
    private static bool IsBehindProgram(ReadOnlySpan<char> before)
    {
        var word = before.TrimEnd();
        word = word[(word.LastIndexOfAny(' ', '\n', ';') + 1)..];
        return s_programs.Contains(word) || word is "cat" or "echo";
    }

    // A command in Markdown: words stand on both sides of it.
    private static bool IsQuotedInProse(ReadOnlySpan<char> before, ReadOnlySpan<char> behind)
        => before is [.., ' ' or '\n' or '('] && behind.IndexOf('`') is >= 0 and var close && (close + 1 == behind.Length || behind[close + 1] is ' ' or '.' or ',' or '\n' or ')' or ':' or ';') && before.Trim() is not [];

    private static Finding Telling(ReadOnlySpan<char> text)
    {
        if (text.IndexOf("() {") is >= 0 and var at && text[(at + 4)..].TrimStart() is [':', ..] or ['_', ..])
            return Shell(6, "a function that a shell takes from its environment");
        if (IsCommandLine(text))
            return Shell(5, "a command line");
        if (ShellExpansion.IsIn(text))
            return Shell(6, "a shell's own syntax");
        if (text.IndexOfAny(s_telling) < 0)
            return Wildcards(text);
        if (text.Contains("${jndi:", StringComparison.Ordinal) || text.Contains("${${", StringComparison.Ordinal) || text.Contains("$ifs", StringComparison.Ordinal)
            || text.Contains("${ifs", StringComparison.Ordinal) || text.Contains("/dev/tcp/", StringComparison.Ordinal))
        {
            return Shell(6, "a shell's own syntax");
        }
        return Shell(IsProse(text) ? 2 : 5, "a shell or program by its path");
    }

    // A value that is a command line and nothing else, as only an attack asks for one: what opens a door, or looks at a folder or file of the system.
    private static bool IsCommandLine(ReadOnlySpan<char> text)
    {
        foreach (var opening in s_openings)
        {
            if (text.StartsWith(opening))
                return true;
        }
        if (text.IndexOf(' ') is not (> 0 and var end))
            return false;
        var isProgram = s_programs.Contains(text[..end]);
        if (isProgram && (text.Contains("<<<", StringComparison.Ordinal) || text.Contains("/dev/null", StringComparison.Ordinal)))
            return true;
        if (text.Count(' ') > 3)
            return false;
        return (isProgram && text[(end + 1)..].StartsWith("-") && text.Contains(" /", StringComparison.Ordinal)) || ((isProgram || s_words.Contains(text[..end])) && PathRules.NamesFile(text[end..]));
    }

    // /???/c?t names a program without saying so.
    private static Finding Wildcards(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf("/?");
        if (at >= 0 && text[at..].Contains("??/", StringComparison.Ordinal))
            return Shell(5, "a program named by wildcards");
        if (text.IndexOfAny('*', '?', '$') < 0)
            return Finding.Nothing;
        var globs = 0;
        foreach (var range in text.SplitAny(s_blanks))
        {
            var word = text[range];
            if (word is ['/', ..] && word.IndexOfAny('*', '?', '$') >= 0 && globs++ < GlobsMax && ShellGlob.MayName(word))
                return Shell(5, "a file of the system named by wildcards");
        }
        return Finding.Nothing;
    }

    private static Finding Shell(int score, string rule) => new(AttackClass.CommandInjection, score, rule);
}
