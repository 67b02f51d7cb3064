using Slipway.ControlPlane.Problems;

namespace Slipway.ControlPlane.Hosting;

/// <summary>
/// The start of the engine, beside that of the server: who asks in the meantime waits for it, and is not told that nobody
/// is there.
/// </summary>
/// <param name="start">Starts the engine.</param>
internal sealed class EngineStart(Func<CancellationToken, Task> start)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether everything that ran has been adopted.</summary>
    public bool IsReady => _started.Task.IsCompletedSuccessfully;

    /// <summary>Starts it; a failure is the caller's to tell.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await start(cancellation);
            _started.TrySetResult();
        }
        catch (Exception fault)
        {
            _started.TrySetException(fault);
            throw;
        }
    }

    /// <summary>Holds a request back until the engine has started.</summary>
    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        if (!IsReady && context.GetEndpoint()?.Metadata.GetMetadata<NeedsEngine>() is not null)
        {
            await Task.WhenAny(_started.Task, Task.Delay(WaitMax, context.RequestAborted));
            if (!IsReady)
            {
                await Refusals.Unavailable("The control plane is still starting.", "Ask again in a moment; its log says what holds it up.")
                    .ExecuteAsync(context);
                return;
            }
        }
        await next(context);
    }
}

/// <summary>Marks an endpoint that has nothing to say before the engine has started.</summary>
internal sealed record NeedsEngine;
