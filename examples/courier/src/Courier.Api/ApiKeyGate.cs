using System.Security.Cryptography;
using System.Text;
using Courier.Operations;

namespace Courier.Api;

/// <summary>
/// Lets only those in who show the key, as <c>Authorization: Bearer KEY</c>. Without a key everybody may come in, as suits a
/// laptop; the manifest requires one in staging and production.
/// </summary>
internal sealed class ApiKeyGate(RequestDelegate next, CourierSettings settings)
{
    private const string Scheme = "Bearer ";

    // Hashes are of one length, so that comparing them tells nothing about how much was right.
    private readonly byte[]? _expected = settings.ApiKey is { } key ? SHA256.HashData(Encoding.UTF8.GetBytes(key)) : null;

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (_expected is null || !path.StartsWithSegments("/v1") || path == "/v1/ping" || Shows(context.Request.Headers.Authorization.ToString()))
            return next(context);
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problem.Unknown().ExecuteAsync(context);
    }

    private bool Shows(string header)
        => header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), _expected);
}
