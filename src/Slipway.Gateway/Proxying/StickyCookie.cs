using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Proxying;

/// <summary>The cookie that keeps a user on the release first chosen.</summary>
internal static class StickyCookie
{
    /// <summary>What a request's cookies say about the release; empty when nothing.</summary>
    public static ReadOnlySpan<byte> Find(FieldLines fields, ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        foreach (ref readonly var field in fields.All)
        {
            if (field.Kind != FieldKind.Cookie)
                continue;
            var rest = head.Slice(field.ValueAt, field.ValueLength);
            while (!rest.IsEmpty)
            {
                var end = rest.IndexOf((byte)';');
                var pair = Octets.Trim(end < 0 ? rest : rest[..end]);
                if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name))
                    return pair[(name.Length + 1)..];
                rest = end < 0 ? default : rest[(end + 1)..];
            }
        }
        return default;
    }

    /// <summary>The cookie to set; one that came by TLS goes by TLS only.</summary>
    public static byte[] Set(LiveService service, LiveRelease release, Route route, bool isSecure)
    {
        // Only a path that cannot end the attribute early is named; otherwise the cookie is for all paths.
        var path = route.Path.Contains(';', StringComparison.Ordinal) ? "/" : route.Path;
        return Encoding.ASCII.GetBytes(
            $"{Encoding.ASCII.GetString(service.CookieName.Span)}={Encoding.ASCII.GetString(release.Cookie)}; Path={path}; HttpOnly; SameSite=Lax{(isSecure ? "; Secure" : "")}");
    }
}
