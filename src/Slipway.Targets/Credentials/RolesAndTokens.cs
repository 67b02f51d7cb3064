using Slipway.Releases.Ports;

namespace Slipway.Targets.Credentials;

/// <summary>Roles of PostgreSQL servers, and tokens by the commands of the application's team.</summary>
public sealed class RolesAndTokens : ICredentials
{
    /// <inheritdoc/>
    public Task SetPassword(string admin, string role, string password, CancellationToken cancellation)
        => PostgresRoles.SetPassword(admin, role, password, cancellation);

    /// <inheritdoc/>
    public Task TakePassword(string admin, string role, CancellationToken cancellation)
        => PostgresRoles.TakePassword(admin, role, cancellation);

    /// <inheritdoc/>
    public Task Prove(string connection, CancellationToken cancellation) => PostgresRoles.Prove(connection, cancellation);

    /// <inheritdoc/>
    public Task<string> CreateToken(CredentialCommand command, CancellationToken cancellation) => TokenCommands.Create(command, cancellation);

    /// <inheritdoc/>
    public Task RevokeToken(CredentialCommand command, string token, CancellationToken cancellation) => TokenCommands.Revoke(command, token, cancellation);
}
