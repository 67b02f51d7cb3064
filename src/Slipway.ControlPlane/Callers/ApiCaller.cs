namespace Slipway.ControlPlane.Callers;

/// <summary>Who asks, as the audit log names them.</summary>
/// <param name="Actor">
/// What is known for certain (<c>ada (1000)</c>, <c>token</c>), then in quotes what the caller says of itself.
/// </param>
internal sealed record ApiCaller(string Actor)
{
    private const int ClaimLengthMax = 80;

    /// <summary>Puts what is known and what is claimed side by side; a claim can never pass for knowledge.</summary>
    /// <param name="known">Certain.</param>
    /// <param name="claimed">The actor header; null when there is none.</param>
    public static ApiCaller From(string known, string? claimed)
    {
        var claim = Clean(claimed);
        var name = known.Split(' ')[0];
        return new(claim.Length == 0 || claim == name || claim == known ? known : $"{known} as \"{claim}\"");
    }

    /// <summary>This caller, as the engine records one.</summary>
    /// <param name="path">By which path the request says it came.</param>
    public Releases.Caller By(string path) => new(Actor, path);

    /// <summary>Takes the caller that the request's check has found.</summary>
    public static ValueTask<ApiCaller?> BindAsync(HttpContext context)
        => ValueTask.FromResult(context.Features.Get<ApiCaller>());

    // Quotes and control characters would let a claim forge its surroundings in the log and on a terminal.
    private static string Clean(string? claimed)
    {
        if (string.IsNullOrWhiteSpace(claimed))
            return "";
        Span<char> kept = stackalloc char[ClaimLengthMax];
        var length = 0;
        foreach (var c in claimed.AsSpan().Trim())
        {
            if (length == ClaimLengthMax)
                break;
            if (char.IsAsciiLetterOrDigit(c) || c is ' ' or '.' or '-' or '_' or '@' or '/' or '+' or ':' or '#')
                kept[length++] = c;
        }
        return kept[..length].ToString();
    }
}
