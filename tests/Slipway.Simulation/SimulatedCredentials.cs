using System.Globalization;
using Slipway.Core.Settings;
using Slipway.Releases.Ports;

namespace Slipway.Simulation;

/// <summary>Who decides what grants access: a database with its roles, and a service that hands out tokens. It outlives engines.</summary>
internal sealed class CredentialServer
{
    private int _keys;

    /// <summary>The password of each role; null for none.</summary>
    public Dictionary<string, string?> Passwords { get; } = [];

    public HashSet<string> Tokens { get; } = [];

    public Dictionary<string, string> TokenOf { get; } = [];

    /// <summary>Whether it answers at all.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>Whether it refuses to make or take anything.</summary>
    public bool Refuses { get; set; }

    /// <summary>The variables that its commands were last run with.</summary>
    public IReadOnlyDictionary<string, string>? Variables { get; set; }

    public string NewKey(string algorithm) => string.Create(CultureInfo.InvariantCulture, $"{{\"kty\":\"oct\",\"alg\":\"{algorithm}\",\"kid\":\"key-{++_keys}\",\"k\":\"c2VjcmV0\"}}");

    public bool LetsIn(string connection)
        => DatabaseLogin.UserOf(connection) is { } user && Passwords.GetValueOrDefault(user) is { } password && DatabaseLogin.With(connection, user, password) == connection;
}

/// <summary>The server as one life of a control plane reaches it.</summary>
internal sealed class SimulatedCredentials(CredentialServer server, Life life) : ICredentials
{
    public Task SetPassword(string admin, string role, string password, CancellationToken cancellation) => Effect(() => server.Passwords[role] = password);

    public Task TakePassword(string admin, string role, CancellationToken cancellation) => Effect(() => server.Passwords[role] = null);

    public Task Prove(string connection, CancellationToken cancellation) => Effect(() =>
    {
        if (!server.LetsIn(connection))
            throw new CredentialException("The database refuses the login.", "Look at its log.", isPassing: false);
    });

    public async Task<string> CreateToken(CredentialCommand command, CancellationToken cancellation)
    {
        var id = command.Variables["SLIPWAY_ROTATION"];
        await Effect(() => server.Tokens.Add(server.TokenOf[id] = $"token-of-{id}"));
        server.Variables = command.Variables;
        return server.TokenOf[id];
    }

    public Task RevokeToken(CredentialCommand command, string token, CancellationToken cancellation) => Effect(() =>
    {
        server.Variables = command.Variables;
        server.Tokens.Remove(token);
    });

    private Task Effect(Action effect)
    {
        life.Step();
        if (!server.Answers)
            throw new CredentialException("The server does not answer.", "Start it.", isPassing: true);
        if (server.Refuses)
            throw new CredentialException("The server refuses.", "Ask its owner.", isPassing: false);
        effect();
        life.Step();
        return Task.CompletedTask;
    }
}
