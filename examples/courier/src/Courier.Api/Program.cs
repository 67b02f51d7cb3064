using Courier.Api;
using Courier.Operations;

// Without a word it is the API; each of these words is a command that ends.
if (args is ["migrate"])
    return await DataCommand.MigrateAsync();
if (args is ["seed"])
    return await DataCommand.SeedAsync();
return await CourierProcess.RunAsync(
    "api",
    5000,
    static services => services.AddSingleton<Callers>(),
    static app =>
    {
        app.UseMiddleware<FaultBoundary>();
        app.UseMiddleware<CallerGate>();
        app.MapFrontPage();
        app.MapTokens();
        app.MapMessages();
        app.MapRecurring();
        app.MapDeadLetters();
    });
