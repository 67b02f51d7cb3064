using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Slipway.Postgres;

/// <summary>
/// A PostgreSQL server of its own in a temporary folder, on a free port of this machine only; logins need their password. It ends
/// with <see cref="DisposeAsync"/>. Needs Debian's <c>postgresql</c>, or <c>initdb</c> and <c>postgres</c> on the path.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string AdminPassword = "admin-of-tests";
    private const int StartsMax = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-postgres-").FullName;
    private readonly bool _isRoot = Environment.UserName == "root";
    private Process? _server;

    private PostgresServer()
    {
    }

    /// <summary>Where it listens on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>The connection string of its superuser.</summary>
    public string Admin => Uri("admin", AdminPassword);

    /// <summary>The same for Npgsql.</summary>
    public string Keywords => $"Host=127.0.0.1;Port={Port};Username=admin;Password={AdminPassword};Database=postgres;Timeout=10";

    /// <summary>The connection string of a role.</summary>
    public string Uri(string role, string password) => $"postgres://{role}:{password}@127.0.0.1:{Port}/postgres";

    /// <summary>Makes one, and waits until it takes logins.</summary>
    public static async Task<PostgresServer> Start(CancellationToken cancellation)
    {
        var server = new PostgresServer();
        try
        {
            await server.Make(cancellation);
            for (var start = 1; !await server.Launch(cancellation); start++)
            {
                if (start == StartsMax)
                    throw new InvalidOperationException($"PostgreSQL does not start: {await File.ReadAllTextAsync(server.LogFile, cancellation)}");
            }
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something as its superuser.</summary>
    public async Task Execute(string sql)
    {
        await using var source = NpgsqlDataSource.Create($"{Keywords};Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row.</summary>
    public async Task<string?> Ask(string sql)
    {
        await using var source = NpgsqlDataSource.Create($"{Keywords};Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    /// <summary>All that it has logged.</summary>
    public string Log => File.ReadAllText(LogFile);

    /// <summary>Ends it as an operator would; logins under way are cut off.</summary>
    public async Task Stop()
    {
        if (_server is not { HasExited: false } server)
            return;
        using (var signal = Process.Start("kill", ["-INT", $"{server.Id}"]))
            await signal.WaitForExitAsync();
        try
        {
            await server.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
        server.Dispose();
        _server = null;
    }

    /// <summary>Starts it again after <see cref="Stop"/>, on the same port.</summary>
    public async Task StartAgain(CancellationToken cancellation)
    {
        if (!await Launch(cancellation))
            throw new InvalidOperationException($"PostgreSQL does not start again: {Log}");
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private string Data => Path.Combine(_folder, "data");

    private string LogFile => Path.Combine(_folder, "log");


    private async Task Make(CancellationToken cancellation)
    {
        var passwordFile = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(passwordFile, AdminPassword, cancellation);
        if (_isRoot)
            await Run("chown", ["-R", "postgres:postgres", _folder], cancellation);
        await Run(Program("initdb"), ["-D", Data, "-U", "admin", $"--pwfile={passwordFile}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"], cancellation, isServers: true);
    }

    // The port is free when it is chosen; another may have taken it when the server starts.
    private async Task<bool> Launch(CancellationToken cancellation)
    {
        if (Port == 0 || _server is not null)
            Port = FreePort();
        string[] settings =
        [
            "listen_addresses=127.0.0.1", $"port={Port}", $"unix_socket_directories={_folder}", "fsync=off", "shared_buffers=8MB", "max_connections=60",
            "max_wal_size=64MB", "autovacuum=off", "log_statement=all", "logging_collector=off",
        ];
        _server?.Dispose();
        _server = Process.Start(About(Program("postgres"), ["-D", Data, .. settings.SelectMany(setting => (string[])["-c", setting])], isServers: true))!;
        _ = Copy(_server.StandardError);
        _ = _server.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var clock = Stopwatch.StartNew();
        while (!_server.HasExited)
        {
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"PostgreSQL does not take logins: {Log}");
            if (await TakesLogins(cancellation))
                return true;
            await Task.Delay(20, cancellation);
        }
        return false;
    }

    private async Task<bool> TakesLogins(CancellationToken cancellation)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create($"{Keywords};Pooling=false");
            await using var connection = await source.OpenConnectionAsync(cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task Copy(StreamReader from)
    {
        await using var to = new FileStream(LogFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await from.BaseStream.CopyToAsync(to, CancellationToken.None);
    }

    private async Task Run(string program, string[] arguments, CancellationToken cancellation, bool isServers = false)
    {
        using var process = Process.Start(About(program, arguments, isServers))!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}: {await output}{await error}");
    }

    // PostgreSQL refuses to run as root. setpriv becomes the program, so that the process we know is the server itself.
    private ProcessStartInfo About(string program, string[] arguments, bool isServers)
        => new(_isRoot && isServers ? "setpriv" : program, _isRoot && isServers ? ["--reuid=postgres", "--regid=postgres", "--init-groups", program, .. arguments] : arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    private static string Program(string name)
    {
        var debian = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderByDescending(Version).Select(folder => Path.Combine(folder, "bin", name)) : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name));
        return debian.Concat(onPath).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("PostgreSQL's server is missing. Install it: dotnet tasks.cs install");

        static int Version(string folder) => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
