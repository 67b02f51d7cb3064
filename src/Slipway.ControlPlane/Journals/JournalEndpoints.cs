using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Slipway.ControlPlane.Following;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Releases.Journals;

namespace Slipway.ControlPlane.Journals;

/// <summary>What has happened, and whether the record of it is whole.</summary>
internal static class JournalEndpoints
{
    private const int PageLength = 256;

    /// <summary>Records of the journal, as server-sent events.</summary>
    /// <param name="after">Only records after this number; all when not given. The header Last-Event-ID comes first.</param>
    /// <param name="environment">Only records of this environment.</param>
    /// <param name="follow">Whether to go on with new ones.</param>
    public static Results<EventStream<EventView>, Refusal> Events(
        long? after, EnvironmentName? environment, bool? follow, Journal journal, HttpContext context)
    {
        var from = after ?? 0;
        // A follower that was cut off says where it was (WHATWG HTML, section 9.2.4); that is newer than its first request.
        if (context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last, ..])
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out from))
                return Refusals.Malformed("Last-Event-ID is not the number of a record.");
        }
        if (from < 0)
            return Refusals.Malformed("after is 0 or more.");
        return new EventStream<EventView>(
            cancellation => Read(journal, from, environment, follow ?? false, cancellation), ApiJson.Default.EventView);
    }

    /// <summary>Reads the whole journal again and checks every record.</summary>
    public static async Task<Ok<AuditView>> Verify(Journal journal, CancellationToken cancellation)
        => TypedResults.Ok(await Task.Run(journal.Verify, cancellation));

    private static async IAsyncEnumerable<StreamItem<EventView>> Read(
        Journal journal, long after, EnvironmentName? environment, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (journal.Read(after, PageLength) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                after = record.Sequence;
                if (environment is null || record.Environment == environment)
                    yield return new(record.Sequence, record);
            }
        }
        if (!follow)
            yield break;
        await foreach (var record in journal.Follow(after, cancellation))
        {
            if (environment is null || record.Environment == environment)
                yield return new(record.Sequence, record);
        }
    }
}
