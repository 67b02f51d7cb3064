using System.Runtime.InteropServices;

namespace Slipway.Gateway.Engines;

/// <summary>The calls of Linux that the framework has none for, as the manual pages of section 2 describe them.</summary>
internal static unsafe partial class Linux
{
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int NoSignal = 0x4000;
    public const int Peek = 2;
    public const int DontWait = 0x40;

    public const int ErrorInterrupted = 4;
    public const int ErrorAgain = 11;
    public const int ErrorConnectionAborted = 103;
    public const int ErrorInProgress = 115;

    public const int KindStream = 1;

    /// <summary>So many descriptors go with one message; the kernel takes 253 (SCM_MAX_FD).</summary>
    public const int DescriptorsMax = 250;

    public const int ControlAdd = 1;
    public const int ControlDelete = 2;
    public const uint In = 0x1;
    public const uint Out = 0x4;
    public const uint Error = 0x8;
    public const uint HangUp = 0x10;
    public const uint PeerHangUp = 0x2000;
    public const uint EdgeTriggered = 1u << 31;

    public const int ShutdownRead = 0;
    public const int ShutdownWrite = 1;

    public const int LevelSocket = 1;
    public const int LevelTcp = 6;
    public const int OptionReuseAddress = 2;
    public const int OptionError = 4;
    public const int OptionKeepAlive = 9;
    public const int OptionLinger = 13;
    public const int OptionReusePort = 15;
    public const int OptionNoDelay = 1;

    /// <summary>struct epoll_event is packed on x86-64 and nowhere else.</summary>
    public static readonly int EventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    /// <summary>Where its data begins.</summary>
    public static readonly int EventDataAt = EventBytes - 8;

    /// <summary>Why the last call failed.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int CreateEpoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int ControlEpoll(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int WaitEpoll(int epoll, byte* events, int eventsMax, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* buffer, nint count);

    /// <summary>Receives what is there and does not wait; a failure is the negative of its number, as the kernel itself says it.</summary>
    public static nint Receive(int descriptor, void* buffer, nint count, int flags = 0)
        => TryReceive(descriptor, buffer, count, flags | DontWait) is var received and >= 0 ? received : -Marshal.GetLastSystemError();

    /// <summary>Sends what there is room for and does not wait; a failure is the negative of its number.</summary>
    public static nint Send(int descriptor, void* buffer, nint count)
        => TrySend(descriptor, buffer, count, NoSignal | DontWait) is var sent and >= 0 ? sent : -Marshal.GetLastSystemError();

    // Both come twice for every request and last some microseconds, so the collector waits for them rather than being told of each,
    // and the error's number is asked for where there is one: nothing of the runtime's runs in between that could change it.
    [LibraryImport("libc", EntryPoint = "recv"), SuppressGCTransition]
    private static partial nint TryReceive(int descriptor, void* buffer, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "send"), SuppressGCTransition]
    private static partial nint TrySend(int descriptor, void* buffer, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int descriptor, void* address, uint* addressBytes, int flags);

    [LibraryImport("libc", EntryPoint = "getpeername", SetLastError = true)]
    public static partial int GetPeerName(int descriptor, void* address, uint* addressBytes);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int CreateSocket(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, void* address, uint addressBytes);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int name, void* value, uint bytes);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int descriptor, int level, int name, void* value, uint* bytes);

    /// <summary>Sends bytes with descriptors attached to the first of them (unix(7), SCM_RIGHTS); gives how many bytes were taken, or -1.</summary>
    public static int SendWithDescriptors(int socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors)
    {
        var control = stackalloc byte[ControlBytes(descriptors.Length)];
        *(nint*)control = ControlHeadBytes + descriptors.Length * sizeof(int);
        *(int*)(control + sizeof(nint)) = LevelSocket;
        *(int*)(control + sizeof(nint) + sizeof(int)) = Rights;
        for (var i = 0; i < descriptors.Length; i++)
            *(int*)(control + ControlHeadBytes + i * sizeof(int)) = descriptors[i];
        fixed (byte* at = bytes)
        {
            var part = new Part { Base = at, Bytes = bytes.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlBytes = ControlBytes(descriptors.Length) };
            return (int)SendMessage(socket, &message, NoSignal);
        }
    }

    /// <summary>Receives bytes and what descriptors came with them, which are closed on exec; gives how many bytes came, or -1.</summary>
    public static int ReceiveWithDescriptors(int socket, Span<byte> bytes, Span<int> descriptors, out int count)
    {
        var room = ControlBytes(descriptors.Length);
        var control = stackalloc byte[room];
        count = 0;
        fixed (byte* at = bytes)
        {
            var part = new Part { Base = at, Bytes = bytes.Length };
            var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlBytes = room };
            var received = (int)ReceiveMessage(socket, &message, CloseOnExecReceived);
            if (received < 0 || message.ControlBytes < ControlHeadBytes || *(int*)(control + sizeof(nint) + sizeof(int)) != Rights)
                return received;
            count = (int)(*(nint*)control - ControlHeadBytes) / sizeof(int);
            for (var i = 0; i < count; i++)
                descriptors[i] = *(int*)(control + ControlHeadBytes + i * sizeof(int));
            return received;
        }
    }

    private const int Rights = 1;
    private const int CloseOnExecReceived = 0x40000000;

    // struct cmsghdr: its length, its level, its type; then the data, all rounded up to a word.
    private static int ControlHeadBytes => sizeof(nint) + 2 * sizeof(int);

    private static int ControlBytes(int descriptors) => ControlHeadBytes + (descriptors * sizeof(int) + sizeof(nint) - 1) / sizeof(nint) * sizeof(nint);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(int descriptor, Message* message, int flags);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(int descriptor, Message* message, int flags);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Part
    {
        public byte* Base;
        public nint Bytes;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public byte* Name;
        public uint NameBytes;
        public Part* Parts;
        public nint PartCount;
        public byte* Control;
        public nint ControlBytes;
        public int Flags;
    }
}
