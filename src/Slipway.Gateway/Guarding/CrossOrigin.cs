using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Http;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Guarding;

/// <summary>
/// Which pages of other sites may ask (the CORS protocol of the Fetch standard, section 3.3). Strict: a browser's request of any other
/// site is refused and not merely kept from being read, so that it can do no harm either. What the application says of it gives way.
/// </summary>
internal sealed class CrossOrigin
{
    private readonly byte[][] _origins;
    private readonly (byte[] Scheme, byte[] Domain)[] _families;
    private readonly bool _isForAll;
    private readonly bool _takesCredentials;
    private readonly byte[][] _methods;
    private readonly byte[][] _fields;
    private readonly byte[] _preflight;
    private readonly byte[] _exposed;

    /// <summary>Makes it ready.</summary>
    public CrossOrigin(CrossOriginPlan plan)
    {
        var origins = plan.Origins.Split(',');
        _origins = [.. origins.Where(static one => !one.Contains('*', StringComparison.Ordinal)).Select(Encoding.ASCII.GetBytes)];
        _families = [.. origins.Where(static one => one.Contains("://*.", StringComparison.Ordinal)).Select(static one => one.Split('*')).Select(static parts => (Encoding.ASCII.GetBytes(parts[0]), Encoding.ASCII.GetBytes(parts[1])))];
        _isForAll = origins.Contains("*");
        _takesCredentials = plan.Credentials;
        _methods = [.. plan.Methods.Split(',').Select(Encoding.ASCII.GetBytes)];
        _fields = [.. (plan.Fields?.Split(',') ?? []).Select(Encoding.ASCII.GetBytes)];
        _preflight = Encoding.ASCII.GetBytes(
            $"Access-Control-Allow-Methods: {plan.Methods}\r\n"
            + (plan.Fields is { } fields ? $"Access-Control-Allow-Headers: {fields}\r\n" : "")
            + $"Access-Control-Max-Age: {(long)plan.Remembered.TotalSeconds}\r\n");
        _exposed = plan.Exposed is { } exposed ? Encoding.ASCII.GetBytes($"Access-Control-Expose-Headers: {exposed}\r\n") : [];
    }

    /// <summary>Whether a request asks for leave to send another (section 3.2.2).</summary>
    public static bool IsPreflight(RequestHead request, ReadOnlySpan<byte> head)
        => request.Method(head).SequenceEqual("OPTIONS"u8) && request.Fields.Contains(head, "access-control-request-method"u8);

    /// <summary>Whether pages of an origin may ask. Those of the host itself may, and need no word of it.</summary>
    /// <param name="origin">As the browser says it; empty when it says none, as for a page that is gone to.</param>
    /// <param name="authority">The host that the request is for.</param>
    public bool Allows(ReadOnlySpan<byte> origin, ReadOnlySpan<byte> authority) => origin.IsEmpty || IsOwn(origin, authority) || IsNamed(origin);

    /// <summary>Whether what a preflight asks for may be sent.</summary>
    public bool AllowsRequested(RequestHead request, ReadOnlySpan<byte> head)
    {
        var method = request.Fields.ValueOf(head, "access-control-request-method"u8);
        if (!Contains(_methods, method))
            return false;
        var names = request.Fields.ValueOf(head, "access-control-request-headers"u8);
        foreach (var range in names.Split((byte)','))
        {
            var name = Octets.Trim(names[range]);
            if (!name.IsEmpty && !IsField(name))
                return false;
        }
        return true;
    }

    /// <summary>Writes what the answer to a preflight says beyond <see cref="WriteAnswer"/>.</summary>
    public void WritePreflight(WriteBuffer output) => output.Append(_preflight);

    /// <summary>Writes what every answer says.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="origin">Whose page asked; may be empty.</param>
    public void WriteAnswer(WriteBuffer output, ReadOnlySpan<byte> origin)
    {
        if (_isForAll)
        {
            output.Append("Access-Control-Allow-Origin: *\r\n"u8);
            output.Append(_exposed);
            return;
        }
        // What is kept for one site must not be given to another.
        output.Append("Vary: Origin\r\n"u8);
        if (origin.IsEmpty || !IsNamed(origin))
            return;
        output.AppendField("Access-Control-Allow-Origin"u8, origin);
        if (_takesCredentials)
            output.Append("Access-Control-Allow-Credentials: true\r\n"u8);
        output.Append(_exposed);
    }

    private bool IsNamed(ReadOnlySpan<byte> origin)
    {
        if (_isForAll)
            return true;
        if (Contains(_origins, origin))
            return true;
        foreach (var (scheme, domain) in _families)
        {
            if (origin.Length > scheme.Length + domain.Length && origin.StartsWith(scheme) && origin.EndsWith(domain) && !origin[scheme.Length..^domain.Length].ContainsAny((byte)'.', (byte)'/', (byte)':'))
                return true;
        }
        return false;
    }

    private static bool Contains(byte[][] texts, ReadOnlySpan<byte> text)
    {
        foreach (var one in texts)
        {
            if (text.SequenceEqual(one))
                return true;
        }
        return false;
    }

    private bool IsField(ReadOnlySpan<byte> name)
    {
        foreach (var field in _fields)
        {
            if (Octets.Same(name, field))
                return true;
        }
        return false;
    }

    private static bool IsOwn(ReadOnlySpan<byte> origin, ReadOnlySpan<byte> authority)
        => origin.IndexOf("://"u8) is > 0 and var at && Octets.Same(origin[(at + 3)..], authority);
}
