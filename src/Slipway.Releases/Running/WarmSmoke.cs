using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Releases.Running;

/// <summary>Runs the smoke checks of a warm instance beside the passes, and again every other second while somebody asks.</summary>
/// <param name="environment">Where.</param>
/// <param name="target">Runs them.</param>
/// <param name="clock">The time.</param>
/// <param name="wake">Told when there is an answer.</param>
internal sealed class WarmSmoke(EnvironmentName environment, ITarget target, TimeProvider clock, Action wake)
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<(RolloutId, ServiceName), Answer> _answers = [];

    /// <summary>An answer.</summary>
    /// <param name="At">When it was given; while there is none, when it was asked for.</param>
    /// <param name="Passed">Whether all passed; null while nothing is known.</param>
    /// <param name="Text">What failed; empty when nothing did.</param>
    public sealed record Answer(DateTimeOffset At, bool? Passed, string Text);

    /// <summary>What the last checks showed that are fresh enough; begins others when there are none.</summary>
    /// <param name="rollout">The rollout that it is asked for.</param>
    /// <param name="service">The service.</param>
    /// <param name="instance">The instance that is asked.</param>
    /// <param name="times">How often in a row the checks must pass, 1 or more; fewer when they take longer than 3 s.</param>
    public Answer Ask(RolloutId rollout, ServiceName service, InstanceId instance, int times)
    {
        var now = clock.GetUtcNow();
        var key = (rollout, service);
        lock (_lock)
        {
            if (_answers.TryGetValue(key, out var known) && now - known.At < AskEvery + (known.Passed is null ? AnswerMax : TimeSpan.Zero))
                return known;
            // While the next answer is awaited, a failure stands: it must not turn into an undoing for a moment.
            _answers[key] = known is { Passed: false } ? known with { At = now } : new(now, null, "");
        }
        _ = Run(key, instance, now, times);
        lock (_lock)
            return _answers[key];
    }

    private async Task Run((RolloutId, ServiceName) key, InstanceId instance, DateTimeOffset at, int times)
    {
        Answer answer;
        var passed = 0;
        using var late = new CancellationTokenSource(AnswerMax, clock);
        try
        {
            SmokeOutcome? failed;
            while ((failed = (await target.Smoke(environment, instance, late.Token)).FirstOrDefault(one => !one.Passed)) is null && ++passed < times)
                late.Token.ThrowIfCancellationRequested();
            answer = new(at, failed is null, failed is null ? "" : $"'{failed.Name}': {failed.Explanation}");
        }
        catch (OperationCanceledException)
        {
            answer = passed > 0 ? new(at, true, "") : new(at, false, "which did not answer in time");
        }
        catch (Exception fault) when (fault is TargetException or IOException)
        {
            // An instance that has just gone is no witness; then what the gates say counts.
            answer = new(at, true, "");
        }
        // Checks that are repeated take a while, and what they show is as fresh as the last of them.
        lock (_lock)
            _answers[key] = answer with { At = clock.GetUtcNow() };
        wake();
    }
}
