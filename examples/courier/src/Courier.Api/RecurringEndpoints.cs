using Courier.Messages;

namespace Courier.Api;

/// <summary>Messages that are sent again and again by the recipient's clock.</summary>
internal static class RecurringEndpoints
{
    public static void MapRecurring(this WebApplication app)
    {
        app.MapPost("/v1/recurring", CreateAsync);
        app.MapGet("/v1/recurring", ListAsync);
        app.MapGet("/v1/recurring/{id}", FindAsync);
        app.MapDelete("/v1/recurring/{id}", DeleteAsync);
    }

    private static async Task<IResult> CreateAsync(
        HttpRequest request, IRecurringStore store, TimeProvider clock, CancellationToken cancellation)
    {
        var (fields, problem) = await Fields.ReadAsync(request);
        if (fields is null)
            return problem!;
        var (recipient, body, recurrence) = (fields.Recipient(), fields.Body(), RecurrenceFields.Read(fields));
        var now = clock.Now();
        var next = recurrence?.Next(now);
        if (recurrence is not null && next is null)
            fields.Add("cron", "There is no such day in the next eight years.");
        if (fields.Check() is { Count: > 0 } faults)
            return Problem.Fields(faults);
        var recurring = new RecurringMessage(RecurringId.New(now), recipient!, body!, recurrence!, now, next, null);
        await store.CreateAsync(recurring, cancellation);
        return new Answer<RecurringView>(
            201, RecurringView.Of(recurring), ViewsContext.Default.RecurringView, $"/v1/recurring/{recurring.Id}");
    }

    private static async Task<IResult> ListAsync(HttpRequest request, IRecurringStore store, CancellationToken cancellation)
    {
        var faults = new List<FieldFault>();
        var paging = Paging.Read(request, faults);
        if (faults.Count > 0)
            return Problem.Fields(faults);
        var page = await store.ListAsync(paging.After, paging.Limit, cancellation);
        return new Answer<PageView<RecurringView>>(
            200, PageView<RecurringView>.Of(page, RecurringView.Of), ViewsContext.Default.PageViewRecurringView);
    }

    private static async Task<IResult> FindAsync(string id, IRecurringStore store, CancellationToken cancellation)
        => RecurringId.TryParse(id, out var recurringId) && await store.FindAsync(recurringId, cancellation) is { } recurring
            ? new Answer<RecurringView>(200, RecurringView.Of(recurring), ViewsContext.Default.RecurringView)
            : Problem.NotFound($"No recurring message has the id '{id}'.");

    private static async Task<IResult> DeleteAsync(string id, IRecurringStore store, CancellationToken cancellation)
        => RecurringId.TryParse(id, out var recurringId) && await store.DeleteAsync(recurringId, cancellation)
            ? TypedResults.NoContent()
            : Problem.NotFound($"No recurring message has the id '{id}'.");
}
