using System.Diagnostics;

namespace Courier.Operations;

/// <summary>Something a process cannot serve without.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="CheckAsync">Ends well when it is there.</param>
public sealed record Dependency(string Name, Func<CancellationToken, Task> CheckAsync);

/// <summary>Asks every dependency, at the same time and with a deadline.</summary>
public sealed class Readiness(IEnumerable<Dependency> dependencies)
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(2);

    /// <summary>What every dependency answered.</summary>
    public Task<DependencyState[]> CheckAsync(CancellationToken cancellation)
        => Task.WhenAll(dependencies.Select(dependency => CheckAsync(dependency, cancellation)));

    private static async Task<DependencyState> CheckAsync(Dependency dependency, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        string? error = null;
        try
        {
            await dependency.CheckAsync(cancellation).WaitAsync(_deadline, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            error = fault is TimeoutException ? $"No answer within {_deadline.TotalSeconds:0} s." : fault.Message;
        }

        return new(dependency.Name, error is null, Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 2), error);
    }
}

/// <summary>What a dependency answered.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="IsUp">Whether it is there.</param>
/// <param name="LatencyMs">How long the answer took, in milliseconds.</param>
/// <param name="Error">Why it is not there; null when it is.</param>
public sealed record DependencyState(string Name, bool IsUp, double LatencyMs, string? Error);
