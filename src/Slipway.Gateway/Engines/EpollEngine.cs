using System.Net;
using System.Net.Sockets;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Engines;

/// <summary>
/// One thread that waits for all its connections at once (epoll(7)) and runs, in the same turn, what was waiting for them. What
/// it runs must not block. Against the framework's sockets it saves, for every request, two receives that find nothing and
/// all locking, and it needs half the code to be compiled before the first answer (decision 29).
/// </summary>
internal sealed class EpollEngine : Engine, IDisposable
{
    private const int EventsMax = 256;
    private const int AcceptsInATurn = 16;
    private const int AddressBytesMax = 28;
    private const ulong WakeKey = ulong.MaxValue;
    private const ulong AcceptKey = ulong.MaxValue - 1024;
    private const int FailurePauseMilliseconds = 20;

    [ThreadStatic]
    private static EpollEngine? t_current;

    private readonly Sweeper _sweeper;
    private readonly int _epoll;
    private readonly int _wake;
    private readonly Thread _thread;
    private readonly byte[] _events = GC.AllocateArray<byte>(EventsMax * Linux.EventBytes, pinned: true);
    private readonly Stack<int> _freeSlots = new();
    private readonly Lock _postLock = new();
    private List<Action> _posted = [];
    private List<Action> _running = [];
    private EpollWire?[] _wires = new EpollWire?[256];
    private int _slotsUsed;
    private Door[] _doors = [];
    private volatile bool _isPosted;
    private volatile bool _isStopped;
    private volatile bool _isAccepting;

    /// <summary>Makes an engine; <see cref="Start"/> starts its thread.</summary>
    /// <param name="sweeper">Looks after the deadlines of connections that are being opened.</param>
    public EpollEngine(Sweeper sweeper)
    {
        _sweeper = sweeper;
        _epoll = Check(Linux.CreateEpoll(Linux.CloseOnExec));
        _wake = Check(Linux.CreateEvent(0, Linux.CloseOnExec | Linux.NonBlocking));
        Register(_wake, Linux.In, WakeKey);
        _thread = new Thread(Run) { IsBackground = true, Name = "engine" };
    }

    /// <inheritdoc/>
    public override bool IsCurrent => t_current == this;

    /// <summary>Starts the thread.</summary>
    public void Start() => _thread.Start();

    /// <inheritdoc/>
    public override void Accept(Socket listener, ClientTaker take, Action<SocketError> onFailure)
    {
        // Clients inherit both from the socket that they were taken from.
        listener.NoDelay = true;
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        listener.Blocking = false;
        _doors = [.. _doors, new(listener, take, onFailure)];
        _isAccepting = true;
        Register((int)listener.Handle, Linux.In, AcceptKey + (ulong)(_doors.Length - 1));
    }

    /// <inheritdoc/>
    public override void StopAccepting()
    {
        _isAccepting = false;
        foreach (var door in _doors)
            Pause(door);
    }

    /// <inheritdoc/>
    public override async ValueTask<Wire?> ConnectAsync(IPEndPoint address, TimeSpan deadline)
    {
        await Enter();
        if (BeginConnect(address, out var isPending) is not { } wire)
            return null;
        if (!isPending)
            return wire;
        _sweeper.Add(wire);
        var isThere = await wire.ConnectedAsync(Deadlines.After(deadline)) && ErrorOf(wire.Descriptor) == 0;
        _sweeper.Remove(wire);
        if (isThere)
            return wire;
        wire.Close();
        return null;
    }

    /// <inheritdoc/>
    public override void Post(Action action)
    {
        bool isFirst;
        lock (_postLock)
        {
            _posted.Add(action);
            isFirst = _posted.Count == 1;
            _isPosted = true;
        }
        if (isFirst && !IsCurrent)
            Wake();
    }

    /// <summary>Ends the thread and waits for it.</summary>
    public void Dispose()
    {
        _isStopped = true;
        Wake();
        if (!IsCurrent)
            _thread.Join();
    }

    /// <summary>Forgets a wire and closes its descriptor. Only between turns, so that no event is left for it.</summary>
    public void Remove(EpollWire wire)
    {
        Free(wire);
        _ = Linux.Close(wire.Descriptor);
    }

    /// <summary>Forgets a wire whose descriptor lives on in another process; without this it would be heard of here all the same.</summary>
    public unsafe void Release(EpollWire wire)
    {
        Free(wire);
        _ = Linux.ControlEpoll(_epoll, Linux.ControlDelete, wire.Descriptor, null);
    }

    /// <summary>Carries a client on whom another process has taken.</summary>
    /// <param name="descriptor">Its connection; the engine's from here on.</param>
    /// <param name="take">What to do with it; must neither block nor throw.</param>
    public void Adopt(int descriptor, ClientTaker take) => Post(() =>
    {
        var wire = new EpollWire(this, descriptor, PeerOf(descriptor));
        if (TryAdd(wire))
            take(this, wire);
    });

    private void Free(EpollWire wire)
    {
        _wires[wire.Slot] = null;
        _freeSlots.Push(wire.Slot);
    }

    private void Run()
    {
        t_current = this;
        while (!_isStopped)
        {
            var count = Wait();
            // First everything that is known, then what follows from it: a request must not be put on a connection whose
            // end stands further down in the same list.
            for (var i = 0; i < count; i++)
                WireOf(i, out var events)?.Note(events);
            for (var i = 0; i < count; i++)
            {
                if (WireOf(i, out var events) is { } wire)
                    wire.Act(events);
                else if (KeyOf(i) == WakeKey)
                    Drain();
                else if (KeyOf(i) >= AcceptKey)
                    TakeClients((int)(KeyOf(i) - AcceptKey));
            }
            RunPosted();
        }
        _ = Linux.Close(_wake);
        _ = Linux.Close(_epoll);
    }

    private unsafe int Wait()
    {
        fixed (byte* events = _events)
        {
            var count = Linux.WaitEpoll(_epoll, events, EventsMax, _isPosted ? 0 : -1);
            return count >= 0 || Linux.LastError == Linux.ErrorInterrupted ? count : throw new SocketException(Linux.LastError);
        }
    }

    private EpollWire? WireOf(int at, out uint events)
    {
        events = BitConverter.ToUInt32(_events, at * Linux.EventBytes);
        var key = KeyOf(at);
        return key < (ulong)_wires.Length ? _wires[key] : null;
    }

    private ulong KeyOf(int at) => BitConverter.ToUInt64(_events, at * Linux.EventBytes + Linux.EventDataAt);

    // What is posted right after this look wakes the next wait.
    private void RunPosted()
    {
        if (!_isPosted)
            return;
        lock (_postLock)
        {
            (_posted, _running) = (_running, _posted);
            _isPosted = false;
        }
        foreach (var action in _running)
            action();
        _running.Clear();
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        _ = Linux.Write(_wake, &one, sizeof(ulong));
    }

    private unsafe void Drain()
    {
        ulong count;
        _ = Linux.Read(_wake, &count, sizeof(ulong));
    }

    private unsafe void TakeClients(int at)
    {
        var door = _doors[at];
        var address = stackalloc byte[AddressBytesMax];
        for (var i = 0; i < AcceptsInATurn && _isAccepting; i++)
        {
            uint bytes = AddressBytesMax;
            var descriptor = Linux.Accept((int)door.Listener.Handle, address, &bytes, Linux.NonBlocking | Linux.CloseOnExec);
            if (descriptor < 0)
            {
                OnAcceptFailed(at, Linux.LastError);
                return;
            }
            var wire = new EpollWire(this, descriptor, SocketAddresses.Read(new(address, (int)bytes)));
            if (TryAdd(wire))
                door.Take(this, wire);
            else
                OnAcceptFailed(at, Linux.LastError);
        }
    }

    // Out of descriptors: the listener would be ready again at once, and the engine would do nothing else.
    private void OnAcceptFailed(int at, int error)
    {
        if (error is Linux.ErrorAgain or Linux.ErrorInterrupted or Linux.ErrorConnectionAborted)
            return;
        Pause(_doors[at]);
        _doors[at].OnFailure(new SocketException(error).SocketErrorCode);
        _ = ResumeAsync(at);
    }

    private async Task ResumeAsync(int at)
    {
        await Task.Delay(FailurePauseMilliseconds);
        await Enter();
        if (_isAccepting && !_isStopped)
            Register((int)_doors[at].Listener.Handle, Linux.In, AcceptKey + (ulong)at);
    }

    private unsafe void Pause(Door door) => _ = Linux.ControlEpoll(_epoll, Linux.ControlDelete, (int)door.Listener.Handle, null);

    private unsafe EpollWire? BeginConnect(IPEndPoint address, out bool isPending)
    {
        isPending = false;
        var target = address.Serialize();
        var descriptor = Linux.CreateSocket((int)SocketAddresses.FamilyOf(target), Linux.KindStream | Linux.NonBlocking | Linux.CloseOnExec, 0);
        if (descriptor < 0)
            return null;
        var on = 1;
        _ = Linux.SetOption(descriptor, Linux.LevelTcp, Linux.OptionNoDelay, &on, sizeof(int));
        fixed (byte* at = target.Buffer.Span)
        {
            if (Linux.Connect(descriptor, at, (uint)target.Size) != 0)
            {
                if (Linux.LastError != Linux.ErrorInProgress)
                {
                    _ = Linux.Close(descriptor);
                    return null;
                }
                isPending = true;
            }
        }
        var wire = new EpollWire(this, descriptor, address);
        return TryAdd(wire) ? wire : null;
    }

    // The kernel may have no memory for another, or the user no watches left: then this one connection is closed.
    private bool TryAdd(EpollWire wire)
    {
        if (!_freeSlots.TryPop(out var slot))
            slot = _slotsUsed++;
        if (slot == _wires.Length)
            Array.Resize(ref _wires, 2 * slot);
        wire.Slot = slot;
        _wires[slot] = wire;
        if (TryRegister(wire.Descriptor, Linux.In | Linux.Out | Linux.PeerHangUp | Linux.EdgeTriggered, (ulong)slot))
            return true;
        Remove(wire);
        return false;
    }

    private void Register(int descriptor, uint events, ulong key)
    {
        if (!TryRegister(descriptor, events, key))
            throw new SocketException(Linux.LastError);
    }

    private unsafe bool TryRegister(int descriptor, uint events, ulong key)
    {
        var change = stackalloc byte[Linux.EventBytes];
        *(uint*)change = events;
        *(ulong*)(change + Linux.EventDataAt) = key;
        return Linux.ControlEpoll(_epoll, Linux.ControlAdd, descriptor, change) == 0;
    }

    private static unsafe IPEndPoint? PeerOf(int descriptor)
    {
        var address = stackalloc byte[AddressBytesMax];
        uint bytes = AddressBytesMax;
        return Linux.GetPeerName(descriptor, address, &bytes) == 0 ? SocketAddresses.Read(new(address, (int)bytes)) : null;
    }

    private static unsafe int ErrorOf(int descriptor)
    {
        int error;
        uint bytes = sizeof(int);
        return Linux.GetOption(descriptor, Linux.LevelSocket, Linux.OptionError, &error, &bytes) == 0 ? error : Linux.LastError;
    }

    private static int Check(int outcome) => outcome >= 0 ? outcome : throw new SocketException(Linux.LastError);

    private sealed record Door(Socket Listener, ClientTaker Take, Action<SocketError> OnFailure);
}
