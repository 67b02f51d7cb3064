#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property NoWarn=CS1591;MA0051;MA0009

// The one command for everyone and for CI: dotnet tasks.cs demo | test | check | build | bench NAME | install

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

var root = Root();
var outFolder = Path.Combine(root, "out");
string[] programs = ["Slipway.Cli", "Slipway.ControlPlane", "Slipway.Gateway"];
var rest = args.Length > 1 ? args[1..] : [];

return args.FirstOrDefault() switch
{
    "demo" => Install() && Publish(quiet: rest.Contains("--json")) ? Run(Program("slipway"), ["demo", .. rest]) : 3,
    "test" => Install(forTests: true) && BuildAll() ? Test(rest) : NothingTested(),
    "check" => Install(forTests: true) && Format() && BuildAll() && OtherPlatforms() ? Test(rest) : NothingTested(),
    "build" => Install() && Publish(quiet: false) ? 0 : 1,
    "bench" => Install(forTests: true) && BuildAll() ? Bench(rest) : 3,
    "install" => Install(forTests: true) ? 0 : 3,
    _ => Help(),
};

int Help()
{
    Console.WriteLine("""
        dotnet tasks.cs TASK

          demo  [--json]            build, then the guided first run
          test  [dotnet test args]  build, then every test; ends with "N passed, N failed"
          check                     format, build for this and the other platforms, test
          build                     slipway, its control plane and its gateway, into out/
          bench NAME [--quick] [--json]   measure; NAME is one of: rollout, settings, drift, rotations, gates, gateway, guard, crash, workers, simulation
          install                   what the tests need from the operating system

        example: dotnet tasks.cs bench rollout --quick
        """);
    return args.Length == 0 || args[0] is "help" or "--help" or "-h" ? 0 : 2;
}

// Publishing three programs into one folder is safe: what they share comes from the same build. Each file is then renamed
// into out/: a gateway that runs from there keeps the file it has open, where writing over it would end the gateway. The
// analyzers' verdict is for those who change the code (test, check), not for those who only want to run it.
bool Publish(bool quiet, bool built = false)
{
    var published = Path.Combine(root, "artifacts", "published");
    string[] how = built ? ["--no-build"] : ["-p:RunAnalyzers=false"];
    foreach (var program in programs)
    {
        if (!quiet)
            Console.Error.WriteLine($"Building {program}");
        if (program == "Slipway.Gateway" && PublishNative(program, published))
            continue;
        if (!Dotnet(["publish", $"src/{program}", "-c", "Release", "-o", published, "--nologo", "-v", "q", .. how], quiet))
            return Failed($"{program} does not build.");
    }
    Directory.CreateDirectory(outFolder);
    foreach (var file in Directory.EnumerateFiles(published))
        File.Move(file, Path.Combine(outFolder, Path.GetFileName(file)), overwrite: true);
    return CopyExample();
}

// Native code answers its first request in a tenth of the time and in half the memory (decision 33). It takes the system's
// linker and the compiler's package; where either is missing the gateway is built like the other programs.
bool PublishNative(string program, string published)
{
    if (!OperatingSystem.IsLinux())
        return false;
    if (!HasLinker())
        return Failed("There is neither clang nor gcc: the gateway is built without native code and starts slower.");
    var native = Path.Combine(root, "artifacts", "native");
    if (!Dotnet(["publish", $"src/{program}", "-c", "Release", "-p:PublishAot=true", "-p:RunAnalyzers=false", "-p:NuGetLockFilePath=obj/native.lock.json",
            "--artifacts-path", native, "-o", Path.Combine(native, "program"), "--nologo", "-v", "q"], true))
        return Failed("The gateway cannot be compiled to native code; it is built without and starts slower.");
    Directory.CreateDirectory(published);
    File.Copy(Path.Combine(native, "program", "slipway-gateway"), Path.Combine(published, "slipway-gateway"), overwrite: true);
    return true;
}

bool BuildAll() => Dotnet(["build", "Slipway.slnx", "-c", "Release", "--nologo", "-v", "q"], false)
    ? Publish(quiet: true, built: true)
    : Failed("The solution does not build.");

// The demo runs from out/ alone, so the example goes along; what its own builds leave behind does not.
bool CopyExample()
{
    var from = Path.Combine(root, "examples", "courier");
    var to = Path.Combine(outFolder, "examples", "courier");
    if (Directory.Exists(to))
        Directory.Delete(to, recursive: true);
    foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
    {
        var relative = Path.GetRelativePath(from, file);
        if (relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or ".slipway" or "artifacts"))
            continue;
        var target = Path.Combine(to, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target);
    }
    return true;
}

bool Format() => Dotnet(["format", "Slipway.slnx", "--verify-no-changes", "--no-restore", "-v", "q"], false)
    || Failed("Some files are not formatted. Run: dotnet format Slipway.slnx");

// Local development is meant to work on Windows and macOS: the programs compile for both. Nothing is run, so the packs of
// runtimes and of ahead-of-time compilation, which not every feed has, are left out.
bool OtherPlatforms()
{
    foreach (var platform in (string[])["win-x64", "osx-arm64"])
    {
        foreach (var program in programs)
        {
            if (!Dotnet(["build", $"src/{program}", "-c", "Release", "-r", platform, "--self-contained", "false", "-p:UseAppHost=false",
                    "-p:EnableRuntimePackDownload=false", "-p:IsAotCompatible=false", $"-p:NuGetLockFilePath=obj/{platform}.lock.json", "--artifacts-path", Path.Combine(root, "artifacts", platform), "--nologo", "-v", "q"], false))
                return Failed($"{program} does not compile for {platform}.");
        }
    }
    return true;
}

// One test program at a time: they start real processes, and two cores are soon full. None takes a quarter of an
// hour: one that takes half an hour waits for what never comes, and is ended and failed.
int Test(string[] more)
{
    Environment.SetEnvironmentVariable("SLIPWAY_TEST_GATEWAY", Program("slipway-gateway"));
    var counts = new Dictionary<string, int> { ["failed"] = 0, ["succeeded"] = 0, ["skipped"] = 0 };
    var code = Run("dotnet", ["test", "--solution", "Slipway.slnx", "-c", "Release", "--no-build", "--max-parallel-test-modules", "1", "--timeout", "30m", .. more], line =>
    {
        Console.WriteLine(line);
        if (line.Split(':') is [var name, var count] && counts.ContainsKey(name.Trim()) && int.TryParse(count, out var number))
            counts[name.Trim()] = number;
    });
    var failed = counts["failed"] + (code != 0 && counts["failed"] == 0 ? 1 : 0);
    if (counts["succeeded"] == 0 && failed == 0)
        failed = 1;
    var skipped = counts["skipped"] > 0 ? $", {counts["skipped"]} skipped" : "";
    Console.WriteLine($"{counts["succeeded"]} passed, {failed} failed{skipped}");
    return failed == 0 ? 0 : 1;
}

int NothingTested()
{
    Console.WriteLine("0 passed, 1 failed");
    return 1;
}

int Bench(string[] more) => Run("dotnet", [Path.Combine(root, "bench", "Slipway.Bench", "bin", "Release", "net10.0", "slipway-bench.dll"), .. more]);

// What the operating system must bring: SQLite's library, patched by its vendor; for tests and measurements a PostgreSQL server
// and a Redis too, of which they start their own. Git is used where it is there.
bool Install(bool forTests = false)
{
    List<string> missing = [];
    if (OperatingSystem.IsLinux() && !NativeLibrary.TryLoad("libsqlite3.so.0", out _))
        missing.Add("libsqlite3-0");
    if (forTests && !HasPostgres())
        missing.Add("postgresql");
    if (forTests && OperatingSystem.IsLinux() && !IsOnPath("redis-server"))
        missing.Add("redis-server");
    if (forTests && OperatingSystem.IsLinux() && !HasLinker())
        missing.AddRange(["gcc", "libc6-dev"]);
    if (missing.Count == 0)
        return true;
    string[]? sudo = Environment.UserName == "root" ? [] : Run("sudo", ["-n", "true"], _ => { }) == 0 ? ["sudo", "-n"] : null;
    if (sudo is null || !File.Exists("/usr/bin/apt-get"))
        return Failed($"Missing: {string.Join(' ', missing)}. Install it with your package manager, such as: sudo apt-get install {string.Join(' ', missing)}");
    Console.Error.WriteLine($"Installing {string.Join(' ', missing)}");
    // Nobody is there to answer questions such as the one for the time zone.
    string[] apt = [.. sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"];
    return (Run(apt[0], [.. apt[1..], "update"], Console.Error.WriteLine) == 0
            && Run(apt[0], [.. apt[1..], "install", "-y", "--no-install-recommends", .. missing], Console.Error.WriteLine) == 0)
        || Failed($"apt-get could not install {string.Join(' ', missing)}.");
}

bool HasPostgres()
    => (Directory.Exists("/usr/lib/postgresql") && Directory.EnumerateDirectories("/usr/lib/postgresql").Any(folder => File.Exists(Path.Combine(folder, "bin", "initdb"))))
        || IsOnPath(OperatingSystem.IsWindows() ? "initdb.exe" : "initdb");

bool HasLinker() => IsOnPath("clang") || IsOnPath("gcc");

bool IsOnPath(string program)
    => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

bool Failed(string why)
{
    Console.Error.WriteLine(why);
    return false;
}

string Program(string name) => Path.Combine(outFolder, OperatingSystem.IsWindows() ? name + ".exe" : name);

bool Dotnet(string[] arguments, bool quiet) => Run("dotnet", arguments, line =>
{
    if (!quiet || line.Contains("error", StringComparison.OrdinalIgnoreCase))
        Console.Error.WriteLine(line);
}) == 0;

// Without onLine the child writes to our own output and is given our own terminal.
int Run(string program, string[] arguments, Action<string>? onLine = null)
{
    var start = new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = onLine is null && args[0] == "demo" ? Environment.CurrentDirectory : root,
        RedirectStandardOutput = onLine is not null,
        RedirectStandardError = onLine is not null,
    };
    Process process;
    try
    {
        process = Process.Start(start)!;
    }
    catch (System.ComponentModel.Win32Exception)
    {
        return 127;
    }
    // Ctrl+C reaches the child by itself; we stay to pass on how it ended.
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
    if (onLine is not null)
    {
        process.OutputDataReceived += (_, e) => { if (e.Data is not null) onLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { if (e.Data is not null) onLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }
    process.WaitForExit();
    return process.ExitCode;
}

static string Root([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
