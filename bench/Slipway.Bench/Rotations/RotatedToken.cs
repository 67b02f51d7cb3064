namespace Slipway.Bench.Rotations;

/// <summary>A token of another service, which the fixture calls for each request. The fixture's program makes and revokes it too.</summary>
internal sealed class RotatedToken : IRotatedSecret
{
    private readonly TokenServer _server = new();
    private string _old = "";

    public string Name => "API token";

    public string Setting => "API_TOKEN";

    public string Manifest => RotationManifest.Of(
        Repository.Fixture,
        $"API_TOKEN: {{ secret: true, store: home, rotation: {{ kind: token, overlap: 5s, create: {Repository.Fixture} token create, revoke: {Repository.Fixture} token revoke }} }}",
        "TOKEN_SERVER: { type: url, required: [bench], doc: Who takes the token. }");

    public async Task<Dictionary<string, string>> Prepare(Stack stack, CancellationToken stop)
    {
        await stack.SetSecret(Setting, _server.Make("the-first-one"));
        return new() { ["TOKEN_SERVER"] = _server.Address };
    }

    public async Task Begin(Stack stack, Uri gateway, CancellationToken stop) => _old = await stack.Secret(Setting);

    public Task Switch(Stack stack, CancellationToken stop) => Task.CompletedTask;

    public HttpRequestMessage Request() => new(HttpMethod.Get, "/token");

    // A second token that nobody knows of would let in for ever.
    public Task<bool> RefusesOld(Uri gateway, CancellationToken stop) => Task.FromResult(!_server.LetsIn(_old) && _server.Count == 1);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
