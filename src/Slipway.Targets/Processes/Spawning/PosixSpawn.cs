using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Slipway.Targets.Processes.Spawning;

/// <summary>
/// Starts a process by <c>posix_spawn</c>: own session, default signals, no descriptor but the three standard ones, and no
/// thread of ours in the middle, as <see cref="System.Diagnostics.Process"/> would need for its redirected streams.
/// </summary>
internal static unsafe partial class PosixSpawn
{
    private const string Library = "libc";
    private const int SetSignalDefaults = 0x04;
    private const int SetSignalMask = 0x08;
    private const int OpaqueBytes = 1024;

    // A new session is 0x80 on Linux, 0x400 on macOS, where 0x4000 also closes every other descriptor; elsewhere the
    // framework opens all of its own with close-on-exec.
    private static short Flags
        => OperatingSystem.IsMacOS() ? (short)(0x4000 | 0x400 | SetSignalDefaults | SetSignalMask) : (short)(0x80 | SetSignalDefaults | SetSignalMask);

    private static int AppendFlags => OperatingSystem.IsMacOS() ? 0x1 | 0x200 | 0x8 : 0x1 | 0x40 | 0x400;

    /// <summary>Starts the process and gives its id.</summary>
    /// <exception cref="SpawnException">The operating system refused.</exception>
    public static int Start(SpawnRequest request)
    {
        var actions = NativeMemory.AllocZeroed(OpaqueBytes);
        var attributes = NativeMemory.AllocZeroed(OpaqueBytes);
        var actionsMade = false;
        var attributesMade = false;
        try
        {
            Check(ActionsInit(actions), request);
            actionsMade = true;
            Check(AttributesInit(attributes), request);
            attributesMade = true;
            Redirect(actions, request);
            ResetSignals(attributes, request);
            return Launch(actions, attributes, request);
        }
        finally
        {
            if (actionsMade)
                _ = ActionsDestroy(actions);
            if (attributesMade)
                _ = AttributesDestroy(attributes);
            NativeMemory.Free(actions);
            NativeMemory.Free(attributes);
        }
    }

    private static void Redirect(void* actions, SpawnRequest request)
    {
        Check(request.Input is { } input ? AddDuplicate(actions, input, 0) : AddOpen(actions, 0, "/dev/null", 0, 0), request);
        Redirect(actions, 1, request.Output, request);
        Redirect(actions, 2, request.Error, request);
        // Last: paths above are absolute, and a missing folder is then the only thing that can fail here.
        Check(AddChangeFolder(actions, request.Folder), request);
    }

    private static void Redirect(void* actions, int descriptor, SpawnOutput output, SpawnRequest request)
        => Check(
            output switch
            {
                SpawnOutput.ToFile file => AddOpen(actions, descriptor, file.Path, AppendFlags, 0x180),
                SpawnOutput.ToDescriptor open => AddDuplicate(actions, open.Descriptor, descriptor),
                _ => throw new InvalidOperationException("Unknown output."),
            },
            request);

    private static void ResetSignals(void* attributes, SpawnRequest request)
    {
        var set = stackalloc byte[256];
        Check(SignalSetEmpty(set), request);
        Check(AttributesSetMask(attributes, set), request);
        for (var signal = 1; signal < 32; signal++)
        {
            if (signal is not (9 or 17 or 19))
                _ = SignalSetAdd(set, signal);
        }
        Check(AttributesSetDefaults(attributes, set), request);
        Check(AttributesSetFlags(attributes, Flags), request);
    }

    private static int Launch(void* actions, void* attributes, SpawnRequest request)
    {
        using var arguments = new NativeStrings([request.Program, .. request.Arguments]);
        using var variables = new NativeStrings([.. request.Variables.Select(pair => $"{pair.Key}={pair.Value}")]);
        int pid;
        Check(Spawn(&pid, request.Program, actions, attributes, arguments.Pointer, variables.Pointer), request);
        return pid;
    }

    private static void Check(int error, SpawnRequest request)
    {
        if (error == 0)
            return;
        var why = error switch
        {
            2 when !Directory.Exists(request.Folder) => $"the folder {request.Folder} does not exist",
            2 when File.Exists(request.Program) => "the interpreter or loader that it names does not exist",
            2 => "there is no such file",
            7 => "its arguments and environment are too long",
            8 => "it is no program for this machine (a script needs its first line, such as #!/bin/sh)",
            11 => "no more processes are allowed",
            13 => "it may not be executed (chmod +x?)",
            28 => "the disk is full",
            _ => new Win32Exception(error).Message,
        };
        throw new SpawnException($"Cannot start {request.Program}: {why}.");
    }

    [LibraryImport(Library, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(int* pid, string path, void* actions, void* attributes, byte** arguments, byte** variables);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(void* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(void* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(void* actions, int from, int to);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddChangeFolder(void* actions, string folder);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(void* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(void* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(void* attributes, byte* set);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefaults(void* attributes, byte* set);

    [LibraryImport(Library, EntryPoint = "sigemptyset")]
    private static partial int SignalSetEmpty(byte* set);

    [LibraryImport(Library, EntryPoint = "sigaddset")]
    private static partial int SignalSetAdd(byte* set, int signal);

    /// <summary>A null-ended array of null-ended strings, as <c>exec</c> takes them.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly ref struct NativeStrings
    {
        private readonly int _count;

        public NativeStrings(string[] texts)
        {
            _count = texts.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < texts.Length; i++)
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}
