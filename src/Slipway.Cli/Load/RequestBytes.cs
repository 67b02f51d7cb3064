using System.Text;

namespace Slipway.Cli.Load;

/// <summary>A kind of request as it is sent; what does not change from one to the next is encoded once.</summary>
internal sealed class RequestBytes
{
    private readonly byte[] _head;
    private readonly Func<long, ReadOnlyMemory<byte>>? _body;

    /// <summary>Encodes it.</summary>
    public RequestBytes(LoadRequest request, Uri target)
    {
        var head = new StringBuilder()
            .Append(request.Method).Append(' ').Append(request.Path ?? target.PathAndQuery).Append(" HTTP/1.1\r\nHost: ").Append(target.Authority).Append("\r\n");
        foreach (var (name, value) in request.Headers)
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        if (request.Body is null)
            head.Append("\r\n");
        else
            head.Append("Content-Length: ");
        _head = Encoding.ASCII.GetBytes(head.ToString());
        _body = request.Body;
    }

    /// <summary>The whole request with a given number.</summary>
    public ReadOnlyMemory<byte> Of(long number)
    {
        if (_body is null)
            return _head;
        var body = _body(number);
        var length = Encoding.ASCII.GetBytes($"{body.Length}\r\n\r\n");
        var whole = new byte[_head.Length + length.Length + body.Length];
        _head.CopyTo(whole, 0);
        length.CopyTo(whole, _head.Length);
        body.CopyTo(whole.AsMemory(_head.Length + length.Length));
        return whole;
    }
}
