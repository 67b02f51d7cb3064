using Npgsql;
using Slipway.Postgres;

namespace Slipway.Bench.Rotations;

/// <summary>The password of one of two roles of a PostgreSQL server, which the fixture queries for each request.</summary>
internal sealed class RotatedDatabase(PostgresServer server) : IRotatedSecret
{
    private string _old = "";

    public string Name => "database password";

    public string Setting => "DATABASE";

    public string Manifest => RotationManifest.Of(
        Repository.Fixture,
        "DATABASE: { type: postgres, secret: true, store: home, rotation: { kind: database, overlap: 5s, roles: [shop_a, shop_b], admin: secret://home/POSTGRES_ADMIN } }");

    public async Task<Dictionary<string, string>> Prepare(Stack stack, CancellationToken stop)
    {
        await server.Execute("CREATE ROLE shop_a LOGIN PASSWORD 'the-first-one'; CREATE ROLE shop_b LOGIN");
        await stack.SetSecret("POSTGRES_ADMIN", server.Admin);
        await stack.SetSecret(Setting, server.Uri("shop_a", "the-first-one"));
        return [];
    }

    public async Task Begin(Stack stack, Uri gateway, CancellationToken stop) => _old = await stack.Secret(Setting);

    public Task Switch(Stack stack, CancellationToken stop) => Task.CompletedTask;

    public HttpRequestMessage Request() => new(HttpMethod.Get, "/database");

    public async Task<bool> RefusesOld(Uri gateway, CancellationToken stop)
    {
        try
        {
            var uri = new Uri(_old);
            var login = uri.UserInfo.Split(':');
            await using var source = NpgsqlDataSource.Create($"Host={uri.Host};Port={uri.Port};Database=postgres;Username={login[0]};Password={Uri.UnescapeDataString(login[1])};Pooling=false");
            await using var connection = await source.OpenConnectionAsync(stop);
            return false;
        }
        catch (PostgresException refused) when (refused.SqlState == "28P01")
        {
            return true;
        }
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
