using System.Buffers;

namespace Slipway.Gateway.Validation;

/// <summary>Whether a value names a file outside the folder that the application means.</summary>
internal static class PathRules
{
    private static readonly SearchValues<string> s_files = SearchValues.Create(
        ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/hosts", "/etc/issue", "/etc/crontab", "/etc/sudoers", "/etc/resolv.conf", "/etc/motd", "/etc/inetd.conf", "/etc/master.passwd", "/etc/vsftpd.conf", "/etc/fstab", "/etc/ssh/", "/etc/nginx", "/etc/apache", "/etc/httpd", "/etc/mysql", "/etc/php", "/etc/security",
            "/proc/self/", "/proc/version", "/proc/cmdline", "/proc/1/", "/var/log/", "/var/run/", "/var/www/", "/root/", "/.ssh/", "id_rsa", ".htaccess", ".htpasswd", "/.git/", "/.env", "/.aws/", ".bash_history", ".bashrc", ".bash_profile", "/boot/grub", "/inetpub/", "\\inetpub\\", "metabase.xml", "system32\\", "system32/",
            "boot.ini", "win.ini", "system.ini", "windows/system32", "windows\\system32", "c:/windows", "c:\\windows", "c:\\boot", "c:/boot", "winnt/", "winnt\\", "/sam", "repair\\sam", "repair\\system", "web.config", "web-inf", "meta-inf", "global.asa",
            "php.ini", "my.cnf", "httpd.conf", "access.log", "access_log", "error.log", "error_log", "wp-config", "autoexec.bat"],
        StringComparison.Ordinal);

    private static readonly SearchValues<string> s_passwords = SearchValues.Create(["etc/passwd", "etc/shadow", "etc\\passwd", "etc\\shadow"], StringComparison.Ordinal);

    private static readonly SearchValues<string> s_schemes = SearchValues.Create(
        ["php://", "file://", "expect://", "phar://", "zip://", "glob://", "zlib:", "compress.zlib", "data://text", "jar:http", "netdoc:", "gopher://", "dict://"], StringComparison.Ordinal);

    /// <summary>Whether a text in lower case names a file of the system.</summary>
    public static bool NamesFile(ReadOnlySpan<char> text) => text.IndexOfAny(s_files) >= 0;

    /// <summary>Whether a text in lower case names one of the two files that nobody names but to show that files can be read.</summary>
    public static bool NamesPasswords(ReadOnlySpan<char> text) => text.IndexOfAny(s_passwords) >= 0;

    /// <summary>Judges a value in lower case.</summary>
    public static Finding Judge(ReadOnlySpan<char> text)
    {
        var climbs = Climbs(text);
        var isOneWord = text.IndexOfAny(' ', '\n', '\t') < 0;
        var isFile = NamesFile(text);
        if (isOneWord && NamesPasswords(text))
            return Path(6, "a file of the system");
        if (climbs > 0 && (climbs > 1 || isOneWord) && (isFile || text.Contains('\0')))
            return Path(6, "a file of the system above the folder");
        if (climbs >= 2)
            return Path(isOneWord || StartsClimbing(text) ? 6 : 3, "a path that climbs");
        if (isOneWord && isFile && text[0] is '/' or '\\' or '.' or '\0' or 'c' or 'w' or 'b' or '%')
            return Path(IsRooted(text) ? 6 : 3, "a file of the system");
        if (text.StartsWith("\\\\") && text.Contains("\\c$\\", StringComparison.Ordinal))
            return Path(6, "a share of the system");
        if (text.IndexOfAny(s_schemes) is >= 0 and < 8 && isOneWord)
            return Path(6, "a scheme that reads files");
        if (climbs == 1 && isOneWord && (text.EndsWith("..") || text.StartsWith("..")))
            return Path(text.Contains('\\') || text.Contains('%') || IsSource(text) ? 5 : 3, "a path that climbs");
        return isOneWord && text.Length > 1 && text.EndsWith("\0") || text.Contains("\0.", StringComparison.Ordinal) ? Path(5, "a NUL in a name") : Finding.Nothing;
    }

    // Dots and a slash, with what is put between them to hide them.
    private static int Climbs(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var at = text.IndexOf(".."); at >= 0;)
        {
            var end = at + 2;
            while (end < text.Length && text[end] is '.' or '\0' or ';' or '*')
                end++;
            var isClimb = end < text.Length ? text[end] is '/' or '\\' : at > 0 && text[at - 1] is '/' or '\\';
            count += isClimb ? 1 : 0;
            var next = text[end..].IndexOf("..");
            at = next < 0 ? -1 : end + next;
        }
        return count;
    }

    private static bool StartsClimbing(ReadOnlySpan<char> text) => text.TrimStart("/\\ \0") is ['.', '.', ..];

    private static bool IsRooted(ReadOnlySpan<char> text)
        => text[0] is '/' or '\\' or '\0' || text.StartsWith("c:") || text.StartsWith("web-inf") || text.StartsWith("boot.ini") || text.StartsWith(".htaccess") || text.StartsWith("win.ini") || text.StartsWith("%windir%") || text.StartsWith("%systemroot%");

    // What a server keeps to itself: no page and no picture is linked so.
    private static bool IsSource(ReadOnlySpan<char> text)
        => text.EndsWith(".php") || text.EndsWith(".asp") || text.EndsWith(".aspx") || text.EndsWith(".jsp") || text.EndsWith(".inc") || text.EndsWith(".ini") || text.EndsWith(".conf") || text.EndsWith(".config");

    private static Finding Path(int score, string rule) => new(AttackClass.PathTraversal, score, rule);
}
