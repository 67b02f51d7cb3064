using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Callers;

/// <summary>
/// The door of the API: whoever comes over the Unix socket is known by the kernel, whoever comes over loopback shows the
/// token and is no web page in disguise; and both speak our version.
/// </summary>
/// <param name="token">The token; null when there is no loopback listener.</param>
/// <param name="version">Our version, <c>major.minor.patch</c>.</param>
internal sealed class CallerCheck(AccessToken? token, string version)
{
    /// <summary>Lets a request in, with its <see cref="ApiCaller"/>, or answers it.</summary>
    public Task Invoke(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers[ApiRoutes.VersionHeader] = version;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var refusal = context.Connection.LocalIpAddress is null ? CheckPeer(context) : CheckLoopback(context);
        refusal ??= CheckVersion(context);
        return refusal is null ? next(context) : refusal.ExecuteAsync(context);
    }

    private static Refusal? CheckPeer(HttpContext context)
    {
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        var peer = socket is null ? null : PeerCredentials.Of(socket);
        if (peer is { MayCall: false })
            return Refusals.ForeignUser(peer);
        SetCaller(context, peer?.ToString() ?? Environment.UserName);
        return null;
    }

    private Refusal? CheckLoopback(HttpContext context)
    {
        // A page in a browser can be made to call any address by a name that it controls; our own name it cannot send.
        if (!IsLoopback(context.Request.Host.Host))
            return Refusals.ForeignHost(context.Request.Host.Value);
        if (context.Request.Headers.Origin is [{ } origin, ..] && !IsLoopbackOrigin(origin))
            return Refusals.ForeignOrigin();
        if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null)
            return null;
        var header = context.Request.Headers.Authorization;
        if (token is null || header.Count != 1 || !token.Admits(header[0]))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Refusals.TokenMissing(header.Count > 0);
        }
        SetCaller(context, "token");
        return null;
    }

    // A caller without the header, such as curl, is taken to know what it does. What a newer command line needs to
    // replace an older control plane is open to every version.
    private Refusal? CheckVersion(HttpContext context)
    {
        if (context.Request.Headers[ApiRoutes.VersionHeader] is not [{ Length: > 0 } theirs, ..] || SameMinor(theirs, version))
            return null;
        if (context.GetEndpoint()?.Metadata.GetMetadata<AnyVersion>() is not null)
            return null;
        context.Response.Headers.Upgrade = $"slipway/{version}";
        return Refusals.OtherVersion(theirs.Length > 40 ? theirs[..40] : theirs, version);
    }

    /// <summary>Whether two versions agree in their first two numbers.</summary>
    internal static bool SameMinor(string left, string right)
    {
        var (a, b) = (left.Split('.', '-', '+'), right.Split('.', '-', '+'));
        return a.Length >= 2 && b.Length >= 2 && Number(a[0]) == Number(b[0]) && Number(a[1]) == Number(b[1]) && Number(a[0]) >= 0;
    }

    private static int Number(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static bool IsLoopback(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsLoopbackOrigin(string origin)
        => Uri.TryCreate(origin, UriKind.Absolute, out var uri) && IsLoopback(uri.Host);

    private static void SetCaller(HttpContext context, string known)
        => context.Features.Set(ApiCaller.From(known, context.Request.Headers[ApiRoutes.ActorHeader]));
}

/// <summary>Marks an endpoint that needs no token.</summary>
internal sealed record OpenToAll;

/// <summary>Marks an endpoint that answers callers of every version.</summary>
internal sealed record AnyVersion;
