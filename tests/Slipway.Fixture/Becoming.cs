using System.Collections;
using System.Runtime.InteropServices;

namespace Slipway.Fixture;

/// <summary>
/// Becomes another program, or itself anew, with the same process number and start time: what nobody sees who only asks
/// whether it runs. Parameters: <c>variable=NAME=VALUE</c> and <c>without=NAME</c> change its environment, <c>program=</c> and
/// <c>argument=</c> what it becomes.
/// </summary>
internal static partial class Becoming
{
    public static async Task BeginAsync(Request request)
    {
        // The answer should get away first: nothing of this program is left after the next step.
        await Task.Delay(50);
        Begin(request);
    }

    private static unsafe void Begin(Request request)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
        var program = Environment.ProcessPath!;
        List<string> arguments = [.. Environment.GetCommandLineArgs().Skip(1)];
        foreach (var (name, value) in request.Parameters())
        {
            if (name == "variable" && value.Split('=', 2) is [var set, var to])
                variables[set] = to;
            else if (name == "without")
                variables.Remove(value);
            else if (name == "program")
                program = value;
            else if (name == "argument")
                arguments.Add(value);
        }
        var error = Execute(program, Native([program, .. arguments]), Native([.. variables.Select(pair => $"{pair.Key}={pair.Value}")]));
        Console.Error.WriteLine($"cannot become {program}: {error}");
    }

    private static unsafe byte** Native(string[] texts)
    {
        var pointer = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Length; i++)
            pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        return pointer;
    }

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, byte** arguments, byte** variables);
}
