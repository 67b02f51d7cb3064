namespace Slipway.Bench.Gateways;

/// <summary>The folders that an nginx of our own uses instead of the machine's.</summary>
internal static class NginxFolders
{
    /// <summary>The directives for its http block.</summary>
    public static string Under(string folder, string name)
        => string.Join(' ', ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]).Select(what => $"{what}_temp_path {folder}/{name}-{what};"));
}
