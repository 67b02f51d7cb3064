using Courier.Api;
using Courier.Operations;

return await CourierProcess.RunAsync(
    "api",
    5000,
    static services => { },
    static app =>
    {
        app.UseMiddleware<FaultBoundary>();
        app.UseMiddleware<ApiKeyGate>();
        app.MapFrontPage();
        app.MapMessages();
        app.MapRecurring();
        app.MapDeadLetters();
    });
