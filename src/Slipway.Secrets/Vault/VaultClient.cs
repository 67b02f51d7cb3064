using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Slipway.Secrets.Vault;

/// <summary>
/// Speaks HashiCorp Vault's HTTP API (developer.hashicorp.com/vault/api-docs): logs in, sends, reads JSON. A token of an AppRole
/// is fetched anew before two thirds of its lease are over, and once when it is refused.
/// </summary>
/// <param name="declaration">The store.</param>
/// <param name="sourceFolder">What its files' paths are relative to.</param>
internal sealed class VaultClient(SecretStoreDeclaration declaration, string sourceFolder) : IDisposable
{
    private const int AnswerBytesMax = 4 << 20;
    private const int ConnectionsMax = 32;

    private readonly SemaphoreSlim _login = new(1);
    private readonly Lazy<HttpClient> _http = new(() => Connect(declaration, sourceFolder), LazyThreadSafetyMode.PublicationOnly);
    private string? _token;
    private DateTimeOffset _renewAt;

    /// <summary>Sends a request; null for 404.</summary>
    /// <exception cref="SecretStoreException">Vault does not answer, or refuses.</exception>
    public async Task<JsonDocument?> Send(HttpMethod method, string path, byte[]? body, CancellationToken cancellation)
    {
        var (status, answer) = await Try(method, path, body, await Token(renew: false, cancellation), cancellation);
        if (status == HttpStatusCode.Forbidden && declaration.RoleId is not null)
            (status, answer) = await Try(method, path, body, await Token(renew: true, cancellation), cancellation);
        return status switch
        {
            HttpStatusCode.NotFound => null,
            >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => answer,
            _ => throw Refused(status, path, answer),
        };
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
        _login.Dispose();
    }

    private static HttpClient Connect(SecretStoreDeclaration declaration, string sourceFolder)
    {
        var address = declaration.Address ?? Environment.GetEnvironmentVariable("VAULT_ADDR");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new SecretStoreException($"Nothing says where the Vault of the store '{declaration.Name}' answers.", "Set its address in the manifest, or VAULT_ADDR.");
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = declaration.Timeout, MaxConnectionsPerServer = ConnectionsMax };
        if (declaration.CaFile is { } caFile)
            TrustOnly(handler, Path.GetFullPath(caFile, sourceFolder));
        return new(handler) { BaseAddress = uri, Timeout = declaration.Timeout, MaxResponseContentBufferSize = AnswerBytesMax };
    }

    private static void TrustOnly(SocketsHttpHandler handler, string file)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new SecretStoreException($"The certificates in {file} cannot be read: {fault.Message.TrimEnd('.')}.", "Name a file of certificates in PEM.", fault);
        }
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted);
        handler.SslOptions.CertificateChainPolicy = policy;
    }

    private async Task<string> Token(bool renew, CancellationToken cancellation)
    {
        if (declaration.RoleId is not { } role)
            return TokenOf(declaration.TokenFile, "VAULT_TOKEN", "token");
        await _login.WaitAsync(cancellation);
        try
        {
            if (!renew && _token is { } token && TimeProvider.System.GetUtcNow() < _renewAt)
                return token;
            var secret = TokenOf(declaration.SecretIdFile, "VAULT_SECRET_ID", "AppRole's secret");
            var body = VaultJson.Object(("role_id", role), ("secret_id", secret));
            var (status, answer) = await Try(HttpMethod.Post, "auth/approle/login", body, null, cancellation);
            if (status != HttpStatusCode.OK || answer is null)
                throw Refused(status, "auth/approle/login", answer);
            using (answer)
            {
                var lease = VaultJson.Number(answer.RootElement, "auth", "lease_duration");
                _renewAt = lease == 0 ? DateTimeOffset.MaxValue : TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(lease * 2 / 3.0);
                return _token = VaultJson.Text(answer.RootElement, "auth", "client_token");
            }
        }
        finally
        {
            _login.Release();
        }
    }

    private string TokenOf(string? file, string variable, string what)
    {
        if (file is not null)
        {
            var path = Path.GetFullPath(file, sourceFolder);
            try
            {
                return SecretFile.ReadText(path, 64 * 1024).Trim();
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new SecretStoreException($"The file {path} with Vault's {what} cannot be read: {fault.Message.TrimEnd('.')}.", "Check its path and owner.", fault);
            }
        }
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value : throw new SecretStoreException($"Nothing gives the {what} of the store '{declaration.Name}'.", $"Set {variable}, or name a file in the manifest.");
    }

    private async Task<(HttpStatusCode Status, JsonDocument? Answer)> Try(HttpMethod method, string path, byte[]? body, string? token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, $"/v1/{path}");
        request.Headers.Add("X-Vault-Request", "true");
        if (token is not null && !request.Headers.TryAddWithoutValidation("X-Vault-Token", token))
            throw new SecretStoreException($"The token of the store '{declaration.Name}' is none.", "It must be one line of plain text.");
        if (declaration.Namespace is { } space)
            request.Headers.Add("X-Vault-Namespace", space);
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        try
        {
            using var answer = await _http.Value.SendAsync(request, cancellation);
            var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
            return (answer.StatusCode, bytes.Length == 0 ? null : Parse(bytes));
        }
        catch (HttpRequestException fault)
        {
            throw new SecretStoreException($"The Vault of the store '{declaration.Name}' cannot be reached: {fault.Message.TrimEnd('.')}.", "Check that it runs and that its address is right.", fault);
        }
        catch (TaskCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new SecretStoreException($"The Vault of the store '{declaration.Name}' did not answer within {declaration.Timeout.TotalSeconds:0.#} s.", "Check that it runs; raise the store's timeout if it is that slow.", fault);
        }
    }

    private JsonDocument Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException fault)
        {
            throw new SecretStoreException($"What answers for the store '{declaration.Name}' is no Vault: it does not speak JSON.", "Check its address.", fault);
        }
    }

    private SecretStoreException Refused(HttpStatusCode status, string path, JsonDocument? answer)
    {
        var why = VaultJson.Errors(answer);
        answer?.Dispose();
        var remedy = status switch
        {
            HttpStatusCode.Forbidden => "Check the token, and that its policy allows this path.",
            HttpStatusCode.ServiceUnavailable => "Unseal it.",
            _ => "Check the store's mount and prefix.",
        };
        return new($"The Vault of the store '{declaration.Name}' refuses {path} ({(int)status}{(why.Length == 0 ? "" : ": " + why)}).", remedy);
    }
}
