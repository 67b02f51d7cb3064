using System.Collections.Immutable;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Ports;

/// <summary>
/// Makes and takes away what secrets grant access by, where that is decided: database roles and the tokens of others. Every
/// effect can be repeated. Each throws <see cref="CredentialException"/> when it cannot be done; no message holds a value.
/// </summary>
public interface ICredentials
{
    /// <summary>Lets a login role in by a new password, and no longer by its old one. The server never sees the password in the clear.</summary>
    /// <param name="admin">The connection string of a role that may alter it.</param>
    /// <param name="role">The role; must exist.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancellation">Cancels.</param>
    Task SetPassword(string admin, string role, string password, CancellationToken cancellation);

    /// <summary>Takes a login role's password away, so that nobody new comes in by it.</summary>
    /// <param name="admin">The connection string of a role that may alter it.</param>
    /// <param name="role">The role.</param>
    /// <param name="cancellation">Cancels.</param>
    Task TakePassword(string admin, string role, CancellationToken cancellation);

    /// <summary>Logs in with a PostgreSQL connection string, asks a question and leaves.</summary>
    Task Prove(string connection, CancellationToken cancellation);

    /// <summary>Runs a command that makes a token, and gives what it printed on standard output without its last line end.</summary>
    Task<string> CreateToken(CredentialCommand command, CancellationToken cancellation);

    /// <summary>Runs a command that revokes the token on its standard input. One that is revoked already is no fault of the command's.</summary>
    Task RevokeToken(CredentialCommand command, string token, CancellationToken cancellation);
}

/// <summary>A command of the application's team, and what it is run with.</summary>
/// <param name="Line">The command.</param>
/// <param name="Folder">Where it is run, absolute.</param>
/// <param name="Variables">The settings of the services that see the secret, and <c>SLIPWAY_ROTATION</c>, the same at every try.</param>
/// <param name="TimeMax">How long it may take.</param>
public sealed record CredentialCommand(
    CommandLine Line, string Folder, ImmutableSortedDictionary<string, string> Variables, TimeSpan TimeMax);

/// <summary>A credential could not be made or taken away.</summary>
/// <param name="message">Why, one sentence.</param>
/// <param name="remedy">What to do.</param>
/// <param name="isPassing">Whether trying again may help, as when a server is away.</param>
/// <param name="inner">The cause.</param>
public sealed class CredentialException(string message, string remedy, bool isPassing, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to do, one sentence.</summary>
    public string Remedy => remedy;

    /// <summary>Whether trying again may help.</summary>
    public bool IsPassing => isPassing;
}
