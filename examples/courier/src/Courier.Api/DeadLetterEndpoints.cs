using Courier.Messages;

namespace Courier.Api;

/// <summary>Messages that were given up, and their second chance.</summary>
internal static class DeadLetterEndpoints
{
    public static void MapDeadLetters(this WebApplication app)
    {
        app.MapGet("/v1/dead-letters", ListAsync);
        app.MapPost("/v1/dead-letters/{id}/replay", ReplayAsync);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IMessageStore store, CancellationToken cancellation)
    {
        var faults = new List<FieldFault>();
        var paging = Paging.Read(request, faults);
        return faults.Count > 0
            ? Problem.Fields(faults)
            : await MessageEndpoints.PageAsync(store, MessageStatus.Dead, paging, cancellation);
    }

    private static async Task<IResult> ReplayAsync(string id, IMessageStore store, CancellationToken cancellation)
        => MessageId.TryParse(id, out var messageId)
            ? MessageEndpoints.Changed(id, await store.ReplayAsync(messageId, cancellation))
            : Problem.NotFound($"No message has the id '{id}'.");
}
