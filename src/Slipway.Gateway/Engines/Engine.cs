using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Engines;

/// <summary>Is told of a client that has connected, on the engine that will carry it.</summary>
internal delegate void ClientTaker(Engine engine, Wire wire);

/// <summary>
/// Carries connections: takes clients in, opens connections to instances and completes what is awaited on them. A client and
/// the connections that work for it stay with one engine, and with one core where the engine has a thread of its own.
/// </summary>
internal abstract class Engine
{
    /// <summary>From 0; each has connections to instances of its own.</summary>
    public required int Index { get; init; }

    /// <summary>Whether the present thread is where this engine's connections belong.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>Begins to take clients from a listening socket.</summary>
    /// <param name="listener">It stays the caller's.</param>
    /// <param name="take">What to do with each; must neither block nor throw.</param>
    /// <param name="onFailure">Is told when a connection could not be taken; the engine tries again a moment later.</param>
    public abstract void Accept(Socket listener, ClientTaker take, Action<SocketError> onFailure);

    /// <summary>Takes no more clients; those that wait in the queue are the next process's, or reset with the socket.</summary>
    public abstract void StopAccepting();

    /// <summary>Opens a connection; null when it is refused or not there in time.</summary>
    public abstract ValueTask<Wire?> ConnectAsync(IPEndPoint address, TimeSpan deadline);

    /// <summary>Runs something on the engine's thread, after what is already waiting there.</summary>
    public abstract void Post(Action action);

    /// <summary>Comes back to the engine from another thread; at once when it is there already.</summary>
    public EngineTurn Enter() => new(this, always: false);

    /// <summary>Lets the engine's other connections have a turn.</summary>
    public EngineTurn Yield() => new(this, always: true);
}

/// <summary>Awaited, continues on an engine.</summary>
internal readonly struct EngineTurn(Engine engine, bool always) : ICriticalNotifyCompletion
{
    /// <summary>Whether there is nothing to wait for.</summary>
    public bool IsCompleted => !always && engine.IsCurrent;

    /// <summary>The awaiter, which it is itself.</summary>
    public EngineTurn GetAwaiter() => this;

    /// <summary>Nothing comes of it.</summary>
    public void GetResult()
    {
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => engine.Post(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => engine.Post(continuation);
}
