using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rotations;

namespace Slipway.Releases.Running;

/// <summary>
/// Moves the rotations of an environment: asks the state machine, journals what it says, and does what it wants done outside
/// beside the environment's passes, one effect of a rotation at a time.
/// </summary>
internal sealed class RotationDriver(EnginePorts ports, TimeProvider clock, Action wake)
{
    private const int MovesMax = 64;

    private readonly RotationWork _work = new(ports);
    private readonly Dictionary<RotationId, Running> _running = [];
    private readonly Dictionary<RotationId, (DateTimeOffset PhaseSince, RotationAttempt Attempt)> _failed = [];

    private sealed record Running(RotationEffect Effect, bool IsLast, Task<RotationEvent> Result);

    /// <summary>What each rotation under way waits for.</summary>
    public ImmutableDictionary<RotationId, RotationDecision.Wait> Waits { get; private set; } = ImmutableDictionary<RotationId, RotationDecision.Wait>.Empty;

    /// <summary>Moves what can move now; run in the environment's turn. True when something moved.</summary>
    public bool Decide(EnvironmentRunner runner, CancellationToken cancellation)
    {
        var moved = false;
        var waits = ImmutableDictionary.CreateBuilder<RotationId, RotationDecision.Wait>();
        foreach (var id in runner.State.Rotations.Where(one => !one.IsOver).Select(one => one.Id).ToList())
        {
            for (var moves = 0; moves < MovesMax && Next(runner, id, waits, cancellation) is { } move; moves++)
            {
                var actor = move.Event is RolloutRequested ? runner.State.Find(id)!.Actor : Caller.Slipway.Actor;
                runner.Happen(move.Rollout, actor, move.Event);
                moved = true;
            }
        }
        if (waits.Count != Waits.Count || waits.Any(wait => Waits.GetValueOrDefault(wait.Key) != wait.Value))
            Waits = waits.ToImmutable();
        return moved;
    }

    private RotationDecision.Move? Next(
        EnvironmentRunner runner, RotationId id, ImmutableDictionary<RotationId, RotationDecision.Wait>.Builder waits, CancellationToken cancellation)
    {
        while (true)
        {
            var rotation = runner.State.Find(id)!;
            if (_running.TryGetValue(id, out var run))
            {
                if (!run.Result.IsCompleted)
                {
                    waits[id] = new(null, Word(run.Effect));
                    return null;
                }
                _running.Remove(id);
                if (Result(rotation, run, cancellation) is { } happened)
                    return new(happened);
            }
            switch (RotationMachine.Next(runner.State, rotation, runner.Seen, clock.GetUtcNow(), Failed(rotation)))
            {
                case RotationDecision.Move move:
                    return move;
                case RotationDecision.Wait wait:
                    waits[id] = wait;
                    return null;
                case RotationDecision.Act act:
                    Start(runner, rotation, act, cancellation);
                    break;
            }
        }
    }

    private void Start(EnvironmentRunner runner, RotationState rotation, RotationDecision.Act act, CancellationToken cancellation)
    {
        var result = _work.Run(runner.State, rotation, act.Effect, cancellation);
        _running[rotation.Id] = new(act.Effect, act.IsLast, result);
        if (!result.IsCompleted)
            _ = result.ContinueWith(_ => wake(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    // What went wrong outside is remembered and told; anything else is a fault of ours, which the environment's loop reports.
    private RotationEvent? Result(RotationState rotation, Running run, CancellationToken cancellation)
    {
        try
        {
            return run.Result.GetAwaiter().GetResult();
        }
        catch (CredentialException fault)
        {
            Fail(rotation, run, fault.Message, fault.Remedy, fault.IsPassing);
        }
        catch (SecretStoreException fault)
        {
            Fail(rotation, run, fault.Message, fault.Remedy, fault is not SecretMissingException);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            Fail(rotation, run, fault.Message, "Correct that, and rotate again.", isPassing: true);
        }
        return null;
    }

    private void Fail(RotationState rotation, Running run, string reason, string remedy, bool isPassing)
    {
        var tries = Failed(rotation) is { } before && before.Effect == run.Effect ? before.Tries + 1 : 1;
        var failure = new RotationFailure(ports.Redactor.Redact(reason), ports.Redactor.Redact(remedy));
        _failed[rotation.Id] = (rotation.PhaseSince, new(run.Effect, failure, isPassing && !run.IsLast, clock.GetUtcNow(), tries));
    }

    private RotationAttempt? Failed(RotationState rotation)
        => _failed.TryGetValue(rotation.Id, out var failed) && failed.PhaseSince == rotation.PhaseSince ? failed.Attempt : null;

    private static string Word(RotationEffect effect) => effect switch
    {
        RotationEffect.Make => "the new one to be made",
        RotationEffect.Retire => "the old one to be taken away",
        _ => "the new one to be taken away",
    };
}
