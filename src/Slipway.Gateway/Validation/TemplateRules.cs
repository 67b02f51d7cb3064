using System.Buffers;

namespace Slipway.Gateway.Validation;

/// <summary>Whether a value would be computed by the template engine, or the language behind the page, that it is put into.</summary>
internal static class TemplateRules
{
    // Longer than any that computes something; all that stands behind an open bracket is not looked through for each.
    private const int InsideMax = 256;
    private const int ProbeMax = 32;

    // What a template reaches out of itself with: classes, the interpreter, processes.
    private static readonly SearchValues<string> s_reaching = SearchValues.Create(
        ["__class__", "__globals__", "__builtins__", "__subclasses__", "__mro__", "__import__", "__init__", "getruntime", "processbuilder", "java.lang", "freemarker.template", "_self.env", "popen(", "os.system",
            "subprocess", "child_process", ".constructor", "constructor(", "system(", "exec(", "passthru(", "phpinfo(", "shell_exec(", "file_get_contents(", "md5(", "sleep("],
        StringComparison.Ordinal);

    private static readonly (string Open, string Close)[] s_brackets = [("{{", "}}"), ("${", "}"), ("#{", "}"), ("{%", "%}"), ("@(", ")")];

    /// <summary>Judges a value in lower case.</summary>
    public static Finding Judge(ReadOnlySpan<char> text)
    {
        if (text.Contains("<#assign", StringComparison.Ordinal) || text.Contains("?new()", StringComparison.Ordinal))
            return new(AttackClass.CommandInjection, 5, "a template that is computed");
        // Looked for once, not behind each of a thousand brackets.
        var reaches = text.IndexOfAny(s_reaching) >= 0 || PathRules.NamesFile(text);
        foreach (var (open, close) in s_brackets)
        {
            for (var at = text.IndexOf(open); at >= 0;)
            {
                var inside = text[(at + open.Length)..];
                var near = inside[..Math.Min(inside.Length, reaches ? InsideMax : ProbeMax)];
                var end = near.IndexOf(close);
                if (IsComputed(end < 0 ? near : near[..end], open))
                    return new(AttackClass.CommandInjection, 5, "a template that is computed");
                var next = inside.IndexOf(open);
                at = next < 0 ? -1 : at + open.Length + next;
            }
        }
        return Finding.Nothing;
    }

    private static bool IsComputed(ReadOnlySpan<char> inside, string open)
        => IsProbe(inside) || (open != "@(" && inside.IndexOfAny(s_reaching) >= 0) || (open == "${" && inside.StartsWith("@")) || (open == "{{" && inside.Contains('(') && PathRules.NamesFile(inside));

    // 7*7, 4+4, 7*'7': who computes it shows 49.
    private static bool IsProbe(ReadOnlySpan<char> inside)
    {
        inside = inside.Trim(" =-");
        var sign = inside.IndexOfAny("*+");
        return sign > 0 && IsNumber(inside[..sign]) && IsNumber(inside[(sign + 1)..]);
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Trim(" '\"") is { Length: > 0 and < 10 } digits && digits.IndexOfAnyExceptInRange('0', '9') < 0;
}
