using System.Security.Cryptography;
using System.Text;
using Courier.Messages;
using Courier.Operations;

namespace Courier.Api;

/// <summary>Sending, following and taking back messages.</summary>
internal static class MessageEndpoints
{
    private static readonly TimeSpan _aheadMax = TimeSpan.FromDays(366);

    public static void MapMessages(this WebApplication app)
    {
        // Told of from the start: a count that shows only once something happened looks like one that is missing.
        app.Services.GetRequiredService<Metrics>().Count("courier_messages_accepted_total", "Messages taken on.").Add(0);
        app.MapPost("/v1/messages", SendAsync);
        app.MapGet("/v1/messages", ListAsync);
        app.MapGet("/v1/messages/{id}", FindAsync);
        app.MapPost("/v1/messages/{id}/cancel", CancelAsync);
        app.MapDelete("/v1/messages/{id}", CancelAsync);
    }

    private static async Task<IResult> SendAsync(HttpRequest request, IMessageStore store, TimeProvider clock, Metrics metrics)
    {
        var (fields, problem) = await Fields.ReadAsync(request);
        if (fields is null)
            return problem!;
        var now = clock.Now();
        var (recipient, body, sendAt) = (fields.Recipient(), fields.Body(), fields.Instant("sendAt"));
        var key = ReadKey(request, fields);
        if (sendAt > now + _aheadMax)
            fields.Add("sendAt", $"This is more than {_aheadMax.TotalDays:0} days ahead.");
        if (fields.Check() is { Count: > 0 } faults)
            return Problem.Fields(faults);
        var message = new Message
        {
            Id = MessageId.New(now),
            Recipient = recipient!,
            Body = body!,
            Status = MessageStatus.Pending,
            CreatedAt = now,
            SendAt = sendAt > now ? sendAt.Value : now,
            UpdatedAt = now,
            Attempts = 0,
            NextAttemptAt = sendAt > now ? sendAt : now,
            Correlation = Correlation.Current!,
        };
        var idempotencyKey = key is null ? null : new IdempotencyKey(key, Fingerprint(message, sendAt));
        return Answer(await store.AcceptAsync(message, idempotencyKey, request.HttpContext.RequestAborted), metrics);
    }

    private static IResult Answer(Acceptance acceptance, Metrics metrics)
    {
        switch (acceptance)
        {
            case Acceptance.Accepted accepted:
                metrics.Count("courier_messages_accepted_total", "Messages taken on.").Add();
                return Accepted(accepted.Message, isRepeated: false);
            case Acceptance.Repeated repeated:
                return Accepted(repeated.Message, isRepeated: true);
            default:
                return new Problem(
                    422, "idempotency-key-reused", "The key belongs to another request.",
                    "An idempotency key stands for one request; send another one with another key.", []);
        }
    }

    private static Answer<MessageView> Accepted(Message message, bool isRepeated)
        => new(202, MessageView.Of(message), ViewsContext.Default.MessageView, $"/v1/messages/{message.Id}", isRepeated);

    private static async Task<IResult> FindAsync(string id, IMessageStore store, CancellationToken cancellation)
    {
        if (!MessageId.TryParse(id, out var messageId) || await store.FindAsync(messageId, cancellation) is not { } message)
            return Problem.NotFound($"No message has the id '{id}'.");
        var attempts = message.Attempts == 0 ? [] : await store.AttemptsAsync(messageId, cancellation);
        return new Answer<MessageView>(200, MessageView.Of(message, attempts), ViewsContext.Default.MessageView);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IMessageStore store, CancellationToken cancellation)
    {
        var faults = new List<FieldFault>();
        var paging = Paging.Read(request, faults);
        var status = ReadStatus(request.Query["status"], faults);
        return faults.Count > 0
            ? Problem.Fields(faults)
            : await PageAsync(store, status, paging, cancellation);
    }

    /// <summary>A page of messages of one status or of all.</summary>
    public static async Task<IResult> PageAsync(
        IMessageStore store, MessageStatus? status, Paging paging, CancellationToken cancellation)
    {
        var page = await store.ListAsync(status, paging.After, paging.Limit, cancellation);
        return new Answer<PageView<MessageView>>(
            200, PageView<MessageView>.Of(page, MessageView.Of), ViewsContext.Default.PageViewMessageView);
    }

    private static async Task<IResult> CancelAsync(string id, IMessageStore store, CancellationToken cancellation)
        => MessageId.TryParse(id, out var messageId)
            ? Changed(id, await store.CancelAsync(messageId, cancellation))
            : Problem.NotFound($"No message has the id '{id}'.");

    /// <summary>The answer to a request to change a message.</summary>
    public static IResult Changed(string id, Change change) => change switch
    {
        Change.Done done => new Answer<MessageView>(200, MessageView.Of(done.Message), ViewsContext.Default.MessageView),
        Change.Refused refused => Problem.Conflict(refused.Reason),
        _ => Problem.NotFound($"No message has the id '{id}'."),
    };

    private static MessageStatus? ReadStatus(string? text, List<FieldFault> faults)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        foreach (var status in Enum.GetValues<MessageStatus>())
        {
            if (MessageView.StatusName(status) == text)
                return status;
        }

        faults.Add(new("?status", "This must be pending, delivered, dead or cancelled."));
        return null;
    }

    private static string? ReadKey(HttpRequest request, Fields fields)
    {
        var field = fields.Text("idempotencyKey");
        string? header = request.Headers["Idempotency-Key"];
        if (header is not null && field is not null && header != field)
            fields.Add("idempotencyKey", "The header Idempotency-Key says something else; give one of them.");
        var key = header ?? field;
        if (key is not null && (key.Length is 0 or > 200 || key.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            fields.Add("idempotencyKey", "A key has 1 to 200 printable ASCII characters.");
        return key;
    }

    private static string Fingerprint(Message message, DateTimeOffset? sendAt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A line feed cannot occur in any of the three, so that no two different requests read alike.
        hash.AppendData(Encoding.UTF8.GetBytes($"{message.Recipient}\n{message.Body.ContentType}\n{sendAt?.UtcTicks}\n"));
        hash.AppendData(message.Body.Bytes.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
