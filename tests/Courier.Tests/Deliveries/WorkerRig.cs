using Courier.Messages;
using Courier.Messages.Sqlite;
using Courier.Operations;
using Courier.Tests.Store;
using Courier.Worker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Courier.Tests.Deliveries;

/// <summary>A worker with its store and a recipient, in this process, with short waits.</summary>
internal sealed class WorkerRig : IAsyncDisposable
{
    private readonly TempDatabase _database = new();
    private readonly Metrics _metrics = new();
    private readonly WebhookSender _sender;
    private readonly DeliveryLoop _loop;

    private WorkerRig(Sink sink, (string Name, string Value)[] settings)
    {
        Sink = sink;
        var variables = new Dictionary<string, string>
        {
            ["COURIER__DATABASE"] = _database.Path,
            ["COURIER__BACKOFF"] = "10ms",
            ["COURIER__ATTEMPTS"] = "3",
            ["COURIER__TIMEOUT"] = "20s",
            ["COURIER__LEASE"] = "40s",
            ["COURIER__WORKERS"] = "4",
        };
        foreach (var (name, value) in settings)
            variables[name] = value;
        var read = CourierSettings.Read(Configured.By(variables), "worker", 0, out var faults);
        Assert.Empty(faults);
        Store = new(_database.Open(), TimeProvider.System);
        Queue = new(_database.Open(), TimeProvider.System);
        _sender = new(read.AllowsPrivateRecipients);
        var destinations = new Destinations(read, TimeProvider.System);
        var drills = new FaultInjector(read.Fault, NullLogger<FaultInjector>.Instance);
        var deliverer = new Deliverer(_sender, destinations, read, drills, TimeProvider.System);
        _loop = new(Queue, deliverer, read, new(_metrics, destinations, TimeProvider.System), NullLogger<DeliveryLoop>.Instance);
    }

    public Sink Sink { get; }

    public SqliteMessageStore Store { get; }

    public SqliteDeliveryQueue Queue { get; }

    public static async Task<WorkerRig> StartAsync(params (string Name, string Value)[] settings)
    {
        var rig = new WorkerRig(await Sink.StartAsync(), settings);
        await rig._loop.StartAsync(default);
        return rig;
    }

    public async Task<MessageId> SendAsync(string path = "/", string body = "hello")
    {
        var message = TempDatabase.NewMessage(TimeProvider.System.Now(), Sink.Address + path, body);
        await Store.AcceptAsync(message, null, default);
        return message.Id;
    }

    public async Task<Message> SettledAsync(MessageId id)
    {
        await Until.TrueAsync(async () => (await FindAsync(id)).Status != MessageStatus.Pending);
        return await FindAsync(id);
    }

    public async Task<Message> FindAsync(MessageId id) => (await Store.FindAsync(id, default))!;

    public async Task<long> CountAsync(string metric)
        => long.Parse((await _metrics.WriteAsync(default)).Split('\n').First(line => line.StartsWith(metric + " ", StringComparison.Ordinal)).Split(' ')[1]);

    public Task StopAsync() => _loop.StopAsync(default);

    public Task ResumeAsync() => _loop.StartAsync(default);

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync(default);
        _loop.Dispose();
        _sender.Dispose();
        await Sink.DisposeAsync();
        _database.Dispose();
    }
}
