using Courier.Messages;

namespace Courier.Api;

/// <summary>The part of a listing that a request asks for.</summary>
internal sealed record Paging(Cursor? After, int Limit)
{
    private const int LimitDefault = 50;

    /// <summary>Reads <c>cursor</c> and <c>limit</c>; adds what is wrong with them.</summary>
    public static Paging Read(HttpRequest request, List<FieldFault> faults)
    {
        Cursor? after = null;
        string? cursor = request.Query["cursor"], limit = request.Query["limit"];
        if (!string.IsNullOrEmpty(cursor) && !Cursor.TryParse(cursor, out after))
            faults.Add(new("?cursor", "This is not a cursor; take the one of the page before as it is."));
        var count = LimitDefault;
        if (!string.IsNullOrEmpty(limit) && (!int.TryParse(limit, out count) || count is < 1 or > Page<Message>.LimitMax))
            faults.Add(new("?limit", $"This must be a whole number from 1 to {Page<Message>.LimitMax}."));
        return new(after, count);
    }
}
