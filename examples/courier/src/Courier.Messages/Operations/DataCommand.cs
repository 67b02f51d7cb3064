using System.Globalization;
using Courier.Messages;
using Courier.Messages.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Courier.Operations;

/// <summary>What is done to the data before any of the programs runs: bringing it up to date, and filling it to try things out.</summary>
public static class DataCommand
{
    private const int CannotBeDone = 1;
    private const int WrongSettings = 2;
    private const int SeedMessages = 12;
    private static readonly string[] _seeded = ["local", "ci", "staging"];

    // Far enough away that none of them is ever sent.
    private static readonly DateTimeOffset _seedTime = new(2099, 1, 1, 9, 0, 0, TimeSpan.Zero);

    /// <summary>Brings the database to what this version needs, and says which version that is; nothing when it is there already.</summary>
    /// <returns>The exit code: 0, 1 when the database cannot be used, 2 for wrong settings.</returns>
    public static Task<int> MigrateAsync() => RunAsync(static async (_, file) =>
    {
        var version = await file.WriteAsync(static session => session.Number("PRAGMA user_version"), CancellationToken.None);
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"schema: {version}"));
        return 0;
    });

    /// <summary>Fills the database with made-up messages that wait for a day far away; those that are there already stay as they are.</summary>
    /// <returns>The exit code: 0, 1 when the database cannot be used or belongs to production, 2 for wrong settings.</returns>
    public static Task<int> SeedAsync() => RunAsync(static async (settings, file) =>
    {
        if (!_seeded.Contains(settings.Identity.Environment))
        {
            await Console.Error.WriteLineAsync($"courier seed: the data of {settings.Identity.Environment} is real and is not filled with made-up messages.");
            return CannotBeDone;
        }

        var store = new SqliteMessageStore(file, TimeProvider.System);
        for (var number = 1; number <= SeedMessages; number++)
            await store.AcceptAsync(Made(number), new($"seed-{number}", "seed"), CancellationToken.None);
        await Console.Out.WriteLineAsync($"{SeedMessages} made-up messages are there.");
        return 0;
    });

    private static async Task<int> RunAsync(Func<CourierSettings, SqliteFile, Task<int>> command)
    {
        var settings = CourierSettings.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build(), "api", 0, out var faults);
        if (faults.Count > 0)
        {
            await Console.Error.WriteLineAsync("courier: the settings cannot be used.");
            foreach (var fault in faults)
                await Console.Error.WriteLineAsync("  " + fault);
            return WrongSettings;
        }

        using var file = new SqliteFile(settings.Database);
        try
        {
            return await command(settings, file);
        }
        catch (StoreUnavailableException fault)
        {
            await Console.Error.WriteLineAsync($"courier: {fault.Message}");
            return CannotBeDone;
        }
    }

    private static Message Made(int number)
    {
        var now = TimeProvider.System.GetUtcNow();
        var at = _seedTime.AddDays(number);
        return new()
        {
            Id = MessageId.New(now),
            Recipient = Recipient.Parse("https://example.org/hooks/orders"),
            Body = new("application/json", System.Text.Encoding.UTF8.GetBytes($$"""{"order": {{number}}}""")),
            Status = MessageStatus.Pending,
            CreatedAt = now,
            SendAt = at,
            UpdatedAt = now,
            Attempts = 0,
            NextAttemptAt = at,
            Correlation = Correlation.From(null, null),
        };
    }
}
