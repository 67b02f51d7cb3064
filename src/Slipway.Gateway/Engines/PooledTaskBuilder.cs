using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Slipway.Gateway.Engines;

/// <summary>
/// Builds async methods that take nothing from the collector once they are warm: what a call keeps while it waits is used
/// again by the next call of the same method on the same thread. The framework's own pooling builder keeps one for a thread
/// and one for a core, and an engine has hundreds of requests waiting on one thread (decision 36). Each value may be
/// awaited once. The execution context does not flow: nothing here keeps anything in it.
/// </summary>
internal struct PooledTaskBuilder<TResult>
{
    private Waiting? _waiting;
    private TResult _result;

    /// <summary>What the method gives.</summary>
    public readonly ValueTask<TResult> Task => _waiting is { } waiting ? waiting.Task : new(_result);

    /// <summary>For a call that begins.</summary>
    public static PooledTaskBuilder<TResult> Create() => default;

    /// <summary>Runs the method to its first wait.</summary>
    public readonly void Start<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine => machine.MoveNext();

    /// <summary>Asked for by the compiler; it boxes nothing itself.</summary>
    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
    }

    /// <summary>The method has ended.</summary>
    public void SetResult(TResult result)
    {
        if (_waiting is null)
            _result = result;
        else
            _waiting.SetResult(result);
    }

    /// <summary>The method has ended by an exception.</summary>
    public void SetException(Exception exception)
    {
        _waiting ??= new();
        _waiting.SetException(exception);
    }

    /// <summary>The method waits.</summary>
    public void AwaitOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : INotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.OnCompleted(Keep(ref machine));

    /// <summary>The method waits, and no context is asked for.</summary>
    public void AwaitUnsafeOnCompleted<TAwaiter, TMachine>(ref TAwaiter awaiter, ref TMachine machine)
        where TAwaiter : ICriticalNotifyCompletion
        where TMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Keep(ref machine));

    private Action Keep<TMachine>(ref TMachine machine)
        where TMachine : IAsyncStateMachine
    {
        if (_waiting is null)
        {
            var kept = Kept<TMachine>.Rent();
            // This builder is a part of the machine: the machine is copied only when the builder knows where to.
            _waiting = kept;
            kept.Machine = machine;
        }
        return _waiting.Continue;
    }

    /// <summary>A call that did not end at once.</summary>
    private class Waiting : IValueTaskSource<TResult>
    {
        private ManualResetValueTaskSourceCore<TResult> _core;

        public ValueTask<TResult> Task => new(this, _core.Version);

        public Action Continue { get; protected init; } = static () => { };

        public void SetResult(TResult result) => _core.SetResult(result);

        public void SetException(Exception exception) => _core.SetException(exception);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
            => _core.OnCompleted(continuation, state, token, flags);

        public TResult GetResult(short token)
        {
            // Checked before anything is reset: a second reader must not end somebody else's call.
            if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
                throw new InvalidOperationException("The method has not ended.");
            try
            {
                return _core.GetResult(token);
            }
            finally
            {
                _core.Reset();
                Return();
            }
        }

        protected virtual void Return()
        {
        }
    }

    /// <summary>One with all that the method needs to go on.</summary>
    private sealed class Kept<TMachine> : Waiting
        where TMachine : IAsyncStateMachine
    {
        private const int KeptMax = 1024;

        [ThreadStatic]
        private static Kept<TMachine>? t_top;

        [ThreadStatic]
        private static int t_count;

        private Kept<TMachine>? _below;

        private Kept() => Continue = () => Machine!.MoveNext();

        public TMachine? Machine;

        public static Kept<TMachine> Rent()
        {
            if (t_top is not { } top)
                return new();
            (t_top, top._below) = (top._below, null);
            t_count--;
            return top;
        }

        protected override void Return()
        {
            Machine = default;
            if (t_count >= KeptMax)
                return;
            (_below, t_top) = (t_top, this);
            t_count++;
        }
    }
}
