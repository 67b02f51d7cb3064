using System.Net;
using System.Net.Sockets;
using Npgsql;
using Slipway.Postgres;
using Slipway.Releases.Ports;
using Slipway.Targets.Credentials;

namespace Slipway.Targets.Tests.Credentials;

/// <summary>A PostgreSQL that the tests of a class share.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    internal PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.Start(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class PostgresRolesTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private static readonly CancellationToken s_go = CancellationToken.None;
    private readonly PostgresServer _server = fixture.Server;
    private readonly RolesAndTokens _credentials = new();

    [Fact]
    public async Task A_new_password_lets_in_and_the_old_one_no_longer_does()
    {
        await _server.Execute("CREATE ROLE shop_a LOGIN PASSWORD 'first'");
        await _credentials.Prove(_server.Uri("shop_a", "first"), s_go);
        await _credentials.SetPassword(_server.Admin, "shop_a", "second", s_go);
        await _credentials.SetPassword(_server.Admin, "shop_a", "second", s_go);
        await _credentials.Prove(_server.Uri("shop_a", "second"), s_go);
        await _credentials.Prove($"Host=127.0.0.1;Port={_server.Port};Username=shop_a;Password=second;Database=postgres", s_go);
        await _credentials.Prove($"host=127.0.0.1 port={_server.Port} user=shop_a password=second dbname=postgres", s_go);
        await Refused(() => _credentials.Prove(_server.Uri("shop_a", "first"), s_go), "28P01");
        await _credentials.TakePassword(_server.Admin, "shop_a", s_go);
        await _credentials.TakePassword(_server.Admin, "shop_a", s_go);
        await Refused(() => _credentials.Prove(_server.Uri("shop_a", "second"), s_go), "28P01");
    }

    [Fact]
    public async Task Any_printable_password_and_any_name_of_a_role_can_be_used()
    {
        const string role = "odd \"name'; DROP ROLE admin; --";
        var password = new string([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code)]);
        await _server.Execute($"CREATE ROLE \"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\" LOGIN");
        await _credentials.SetPassword(_server.Admin, role, password, s_go);
        await _credentials.Prove(_server.Uri(Uri.EscapeDataString(role), Uri.EscapeDataString(password)), s_go);
    }

    [Fact]
    public async Task The_server_gets_and_keeps_a_verifier_and_never_the_password()
    {
        await _server.Execute("CREATE ROLE shop_seen LOGIN");
        await _credentials.SetPassword(_server.Admin, "shop_seen", "never-in-the-clear", s_go);
        Assert.StartsWith("SCRAM-SHA-256$4096:", await _server.Ask("SELECT rolpassword FROM pg_authid WHERE rolname = 'shop_seen'"), StringComparison.Ordinal);
        await Bed.UntilTrue(() => _server.Log.Contains("ALTER ROLE \"shop_seen\" WITH PASSWORD 'SCRAM-SHA-256$", StringComparison.Ordinal), "the statement is in the server's log");
        Assert.DoesNotContain("never-in-the-clear", _server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_connection_is_left_behind()
    {
        for (var i = 0; i < 3; i++)
            await _credentials.Prove(_server.Admin, s_go);
        var started = Environment.TickCount64;
        while (await _server.Ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipway'") != "0")
            Assert.True(Environment.TickCount64 - started < 30_000, "Connections are left.");
    }

    [Fact]
    public async Task What_waiting_does_not_help_is_told_so()
    {
        await _server.Execute("CREATE ROLE shop_small LOGIN PASSWORD 'small'");
        await Refused(() => _credentials.SetPassword(_server.Admin, "nobody", "second", s_go), "42704");
        await Refused(() => _credentials.SetPassword(_server.Uri("shop_small", "small"), "admin", "second", s_go), "42501");
        await Refused(() => _credentials.Prove(_server.Admin.Replace("/postgres", "/nowhere", StringComparison.Ordinal), s_go), "3D000");
        await Refused(() => _credentials.Prove("mysql://admin:hunter2@db", s_go), "no PostgreSQL connection string");
        await Refused(() => _credentials.SetPassword(_server.Admin, new string('x', 64), "second", s_go), "63 bytes");
        await Refused(() => _credentials.SetPassword(_server.Admin, "", "second", s_go), "63 bytes");
    }

    [Fact]
    public async Task Too_many_connections_pass_again()
    {
        await _server.Execute("CREATE ROLE shop_few LOGIN PASSWORD 'few' CONNECTION LIMIT 0");
        var fault = await Assert.ThrowsAsync<CredentialException>(() => _credentials.Prove(_server.Uri("shop_few", "few"), s_go));
        Assert.True(fault.IsPassing, fault.Message);
        Assert.Contains("53300", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_away_or_cuts_off_passes_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var proving = _credentials.Prove($"postgres://shop:hunter2@127.0.0.1:{port}/shop", s_go);
        while (!proving.IsCompleted)
        {
            using var accepting = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            try
            {
                (await listener.AcceptTcpClientAsync(accepting.Token)).Dispose();
            }
            catch (OperationCanceledException)
            {
                // It has been cut off for the last time; another look at it follows.
                continue;
            }
        }
        Passing(await Assert.ThrowsAsync<CredentialException>(() => proving));
        listener.Stop();
        Passing(await Assert.ThrowsAsync<CredentialException>(() => _credentials.Prove($"postgres://shop:hunter2@127.0.0.1:{port}/shop", s_go)));
        Passing(await Assert.ThrowsAsync<CredentialException>(() => _credentials.Prove("postgres://shop:hunter2@no-such-host.invalid/shop", s_go)));
        Passing(await Assert.ThrowsAsync<CredentialException>(() => _credentials.Prove($"postgres://shop:hunter2@127.0.0.1:{port},127.0.0.1:{port}/shop", s_go)));
    }

    [Fact]
    public async Task The_primary_among_several_hosts_is_found()
    {
        await _server.Execute("CREATE ROLE shop_many LOGIN");
        var admin = _server.Admin.Replace($"127.0.0.1:{_server.Port}", $"127.0.0.1:1,127.0.0.1:{_server.Port}", StringComparison.Ordinal);
        await _credentials.SetPassword(admin, "shop_many", "second", s_go);
        await _credentials.Prove(_server.Uri("shop_many", "second"), s_go);
    }

    [Fact]
    public async Task A_cancellation_is_no_fault()
    {
        await _server.Execute("CREATE ROLE shop_held LOGIN");
        await using var source = NpgsqlDataSource.Create(_server.Keywords);
        await using var holder = await source.OpenConnectionAsync(s_go);
        await using var transaction = await holder.BeginTransactionAsync(s_go);
        await using (var hold = new NpgsqlCommand("ALTER ROLE shop_held CONNECTION LIMIT 5", holder))
            await hold.ExecuteNonQueryAsync(s_go);
        using var cancellation = new CancellationTokenSource();
        var setting = _credentials.SetPassword(_server.Admin, "shop_held", "second", cancellation.Token);
        var started = Environment.TickCount64;
        while (await _server.Ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipway' AND wait_event_type = 'Lock'") != "1")
            Assert.True(Environment.TickCount64 - started < 8_000, "The change does not wait for the other.");
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => setting);
        await transaction.RollbackAsync(s_go);
        Assert.Equal("", await _server.Ask("SELECT coalesce(rolpassword, '') FROM pg_authid WHERE rolname = 'shop_held'"));
    }

    private static void Passing(CredentialException fault)
    {
        Assert.True(fault.IsPassing, fault.ToString());
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    private static async Task Refused(Func<Task> doing, string why)
    {
        var fault = await Assert.ThrowsAsync<CredentialException>(doing);
        Assert.False(fault.IsPassing, fault.ToString());
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.NotEmpty(fault.Remedy);
        foreach (var secret in (string[])["hunter2", "first", "second", "admin-of-tests"])
            Assert.DoesNotContain(secret, fault.ToString(), StringComparison.Ordinal);
    }
}
