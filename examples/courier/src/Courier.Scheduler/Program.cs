using Courier.Operations;
using Courier.Scheduler;

return await CourierProcess.RunAsync(
    "scheduler", 5002, static services => services.AddHostedService<TickLoop>(), static app => { });
