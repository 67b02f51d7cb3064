using System.Collections.Concurrent;
using Courier.Messages;
using Courier.Operations;
using Polly;
using Polly.CircuitBreaker;

namespace Courier.Worker;

/// <summary>
/// A circuit breaker for each destination. When most of what went there failed lately, it is left alone for a while, then
/// tried with a single delivery; the others wait without being counted as attempts.
/// </summary>
internal sealed class Destinations(CourierSettings settings, TimeProvider clock)
{
    // Each destination holds a few hundred bytes; beyond this many, those that work well are forgotten.
    private const int CountMax = 10_000;
    private readonly ConcurrentDictionary<string, Circuit> _circuits = new();

    /// <summary>How many are left alone now.</summary>
    public int OpenCount => _circuits.Values.Count(static circuit => circuit.State.CircuitState != CircuitState.Closed);

    /// <summary>Sends through the breaker.</summary>
    /// <returns>The result, or how long to leave the destination alone.</returns>
    public async Task<(SendResult? Result, TimeSpan Wait)> SendAsync(
        Recipient recipient, Func<CancellationToken, Task<SendResult>> send, CancellationToken cancellation)
    {
        if (_circuits.Count >= CountMax)
            Forget();
        var circuit = _circuits.GetOrAdd(recipient.Destination, _ => NewCircuit());
        try
        {
            return (await circuit.Pipeline.ExecuteAsync(async token => await send(token), cancellation), default);
        }
        catch (BrokenCircuitException open)
        {
            return (null, open.RetryAfter ?? settings.Break);
        }
    }

    private void Forget()
    {
        foreach (var (destination, circuit) in _circuits)
        {
            if (circuit.State.CircuitState == CircuitState.Closed)
                _circuits.TryRemove(destination, out _);
        }
    }

    private Circuit NewCircuit()
    {
        var state = new CircuitBreakerStateProvider();
        var pipeline = new ResiliencePipelineBuilder<SendResult> { TimeProvider = clock }
            .AddCircuitBreaker(new()
            {
                FailureRatio = 0.5,
                MinimumThroughput = 5,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = settings.Break,
                StateProvider = state,
                ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result is { IsTrouble: true }),
            })
            .Build();
        return new(pipeline, state);
    }

    private sealed record Circuit(ResiliencePipeline<SendResult> Pipeline, CircuitBreakerStateProvider State);
}
