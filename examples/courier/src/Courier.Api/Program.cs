using Courier.Api;
using Courier.Operations;

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
