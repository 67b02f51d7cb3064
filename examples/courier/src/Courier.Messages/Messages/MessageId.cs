using System.Diagnostics.CodeAnalysis;

namespace Courier.Messages;

/// <summary>Names a message; ids sort by the time they were made, so a listing needs no other index.</summary>
public readonly record struct MessageId
{
    private const string Prefix = "msg_";
    private readonly Guid _value;

    private MessageId(Guid value) => _value = value;

    /// <summary>A new id for a message made at this time.</summary>
    public static MessageId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads <c>msg_</c> and 32 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MessageId id)
    {
        var isId = IdText.TryParse(text, Prefix, out var value);
        id = new(value);
        return isId;
    }

    /// <summary>An id that is known to be one; a bug throws.</summary>
    public static MessageId Parse(string text) => new(IdText.Parse(text, Prefix));

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{_value:N}";
}
