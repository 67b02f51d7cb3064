using Courier.Messages;

namespace Courier.Tests.Deliveries;

public sealed class WorkerTests
{
    [Fact]
    public async Task A_message_arrives_as_it_was_with_what_ties_it_to_its_request()
    {
        await using var rig = await WorkerRig.StartAsync();
        var id = await rig.SendAsync(body: "grüezi");
        var message = await rig.SettledAsync(id);

        Assert.Equal(MessageStatus.Delivered, message.Status);
        var received = Assert.Single(rig.Sink.Received);
        Assert.Equal("grüezi", received.Body);
        Assert.Equal("text/plain", received.Headers["Content-Type"]);
        Assert.Equal(id.ToString(), received.Headers["Idempotency-Key"]);
        Assert.Equal("1", received.Headers["Courier-Attempt"]);
        Assert.Equal(message.Correlation.RequestId, received.Headers["X-Request-Id"]);
        Assert.StartsWith($"00-{message.Correlation.TraceId}-", received.Headers["traceparent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_delivery_is_tried_again_under_the_same_key()
    {
        await using var rig = await WorkerRig.StartAsync();
        rig.Sink.Answer = static (context, count) =>
        {
            context.Response.StatusCode = count < 3 ? 503 : 204;
            return Task.CompletedTask;
        };
        var id = await rig.SendAsync();
        Assert.Equal(MessageStatus.Delivered, (await rig.SettledAsync(id)).Status);

        Assert.Equal([503, 503, 204], (await rig.Store.AttemptsAsync(id, default)).Select(attempt => attempt.StatusCode!.Value));
        Assert.Single(rig.Sink.Received.Select(received => received.Headers["Idempotency-Key"]).Distinct());
        Assert.Equal(["1", "2", "3"], rig.Sink.Received.Select(received => received.Headers["Courier-Attempt"]));
        // Counted once it is settled, and so perhaps a moment after we have seen that.
        await Until.TrueAsync(async () => await rig.CountAsync("courier_jobs_processed_total") == 3);
        Assert.Equal(2, await rig.CountAsync("courier_jobs_retried_total"));
    }

    [Fact]
    public async Task A_message_that_keeps_failing_is_a_dead_letter_and_can_be_replayed()
    {
        await using var rig = await WorkerRig.StartAsync();
        rig.Sink.Answer = static (context, count) =>
        {
            context.Response.StatusCode = count <= 3 ? 500 : 200;
            return Task.CompletedTask;
        };
        var id = await rig.SendAsync();
        var dead = await rig.SettledAsync(id);
        Assert.Equal(MessageStatus.Dead, dead.Status);
        Assert.Equal(3, dead.Attempts);
        Assert.Contains("500", dead.LastError, StringComparison.Ordinal);
        await Until.TrueAsync(async () => await rig.CountAsync("courier_jobs_dead_lettered_total") == 1);

        Assert.IsType<Change.Done>(await rig.Store.ReplayAsync(id, default));
        var replayed = await rig.SettledAsync(id);
        Assert.Equal(MessageStatus.Delivered, replayed.Status);
        Assert.Equal(4, replayed.Attempts);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(410)]
    [InlineData(422)]
    public async Task What_was_refused_for_good_is_not_sent_again(int status)
    {
        await using var rig = await WorkerRig.StartAsync();
        rig.Sink.Answer = (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        var dead = await rig.SettledAsync(await rig.SendAsync());
        Assert.Equal((MessageStatus.Dead, 1), (dead.Status, dead.Attempts));
        Assert.Single(rig.Sink.Received);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var rig = await WorkerRig.StartAsync(("COURIER__ATTEMPTS", "1"));
        rig.Sink.Answer = static (context, _) =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        Assert.Equal(MessageStatus.Dead, (await rig.SettledAsync(await rig.SendAsync())).Status);
        Assert.Single(rig.Sink.Received);
    }

    [Fact]
    public async Task A_recipient_that_does_not_answer_in_time_has_failed()
    {
        await using var rig = await WorkerRig.StartAsync(("COURIER__TIMEOUT", "150ms"), ("COURIER__ATTEMPTS", "1"));
        rig.Sink.Answer = static (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var dead = await rig.SettledAsync(await rig.SendAsync());
        Assert.Equal(MessageStatus.Dead, dead.Status);
        Assert.Contains("No answer within 0.15 s.", dead.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_destination_in_trouble_is_left_alone_and_messages_to_it_lose_no_attempt()
    {
        await using var rig = await WorkerRig.StartAsync(
            ("COURIER__BREAK", "500ms"), ("COURIER__ATTEMPTS", "50"), ("COURIER__BACKOFF_MAX", "50ms"));
        var isBroken = true;
        rig.Sink.Answer = (context, _) =>
        {
            context.Response.StatusCode = Volatile.Read(ref isBroken) ? 500 : 200;
            return Task.CompletedTask;
        };
        var ids = new List<MessageId>();
        for (var i = 0; i < 12; i++)
            ids.Add(await rig.SendAsync());
        await Until.TrueAsync(async () => await rig.CountAsync("courier_circuits_open") == 1);
        await Until.TrueAsync(async () => await rig.CountAsync("courier_jobs_postponed_total") >= 5);
        Volatile.Write(ref isBroken, false);

        foreach (var id in ids)
            Assert.Equal(MessageStatus.Delivered, (await rig.SettledAsync(id)).Status);
        await Until.TrueAsync(async () => await rig.CountAsync("courier_circuits_open") == 0);
        // Every request that was made is an attempt, and nothing else is.
        var attempts = await Task.WhenAll(ids.Select(async id => (await rig.FindAsync(id)).Attempts));
        Assert.Equal(rig.Sink.Received.Count, attempts.Sum());
    }

    [Fact]
    public async Task A_recipient_in_a_private_network_is_refused_where_that_is_asked_for()
    {
        await using var rig = await WorkerRig.StartAsync(("COURIER__PRIVATE_RECIPIENTS", "refuse"));
        var dead = await rig.SettledAsync(await rig.SendAsync());
        Assert.Equal((MessageStatus.Dead, 1), (dead.Status, dead.Attempts));
        Assert.Contains("private network", dead.LastError, StringComparison.Ordinal);
        Assert.Empty(rig.Sink.Received);
    }

    [Fact]
    public async Task A_worker_that_stops_lets_deliveries_under_way_end()
    {
        await using var rig = await WorkerRig.StartAsync();
        var (arrived, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Sink.Answer = async (_, _) =>
        {
            arrived.TrySetResult();
            await release.Task;
        };
        var id = await rig.SendAsync();
        await arrived.Task;
        var stopping = rig.StopAsync();
        var late = await rig.SendAsync();
        release.SetResult();
        await stopping;

        Assert.Equal(MessageStatus.Delivered, (await rig.FindAsync(id)).Status);
        Assert.Equal(MessageStatus.Pending, (await rig.FindAsync(late)).Status);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_back_what_does_not_end_in_time()
    {
        await using var rig = await WorkerRig.StartAsync(("COURIER__DRAIN", "100ms"));
        var arrived = new TaskCompletionSource();
        rig.Sink.Answer = (context, _) =>
        {
            arrived.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        var id = await rig.SendAsync();
        await arrived.Task;
        await rig.StopAsync();

        Assert.Equal((MessageStatus.Pending, 0), ((await rig.FindAsync(id)).Status, (await rig.FindAsync(id)).Attempts));
        Assert.Equal(id, Assert.Single(await rig.Queue.TakeAsync("next", 1, TimeSpan.FromMinutes(1), default)).MessageId);
    }

    [Fact]
    public async Task A_message_that_kills_every_worker_ends_as_a_dead_letter()
    {
        await using var rig = await WorkerRig.StartAsync(("COURIER__ATTEMPTS", "2"));
        await rig.StopAsync();
        var id = await rig.SendAsync();
        for (var i = 0; i < 2; i++)
        {
            await Until.TrueAsync(
                async () => await rig.Queue.TakeAsync($"victim-{i}", 1, TimeSpan.FromMilliseconds(1), default) is [_]);
        }

        await rig.ResumeAsync();
        var dead = await rig.SettledAsync(id);
        Assert.Equal((MessageStatus.Dead, 2), (dead.Status, dead.Attempts));
        Assert.Empty(rig.Sink.Received);
    }

    [Fact]
    public async Task A_drill_makes_attempts_fail_without_bothering_the_recipient()
    {
        await using var rig = await WorkerRig.StartAsync(("COURIER__FAULT", "errors"), ("COURIER__ATTEMPTS", "2"));
        Assert.Equal(MessageStatus.Dead, (await rig.SettledAsync(await rig.SendAsync())).Status);
        Assert.Empty(rig.Sink.Received);
    }
}
