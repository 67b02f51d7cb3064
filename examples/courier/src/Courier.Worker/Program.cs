using Courier.Operations;
using Courier.Worker;

return await CourierProcess.RunAsync(
    "worker",
    5001,
    static services =>
    {
        services.AddSingleton(provider => new WebhookSender(provider.GetRequiredService<CourierSettings>().AllowsPrivateRecipients));
        services.AddSingleton<Destinations>();
        services.AddSingleton<Deliverer>();
        services.AddSingleton<DeliveryMetrics>();
        services.AddHostedService<DeliveryLoop>();
    },
    static app => { });
