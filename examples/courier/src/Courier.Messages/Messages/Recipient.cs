using System.Diagnostics.CodeAnalysis;

namespace Courier.Messages;

/// <summary>Where a message is delivered: an absolute http or https address without a user name.</summary>
public sealed record Recipient
{
    /// <summary>The longest address accepted, in characters.</summary>
    public const int LengthMax = 2048;

    private Recipient(Uri address) => Address = address;

    /// <summary>The address itself.</summary>
    public Uri Address { get; }

    /// <summary>Scheme, host and port: what one circuit breaker watches.</summary>
    public string Destination => Address.GetLeftPart(UriPartial.Authority);

    /// <summary>Reads an address, or says what is wrong with it.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out Recipient? recipient, [NotNullWhen(false)] out string? fault)
    {
        recipient = null;
        fault = null;
        if (string.IsNullOrWhiteSpace(text))
            fault = "An address is needed, such as https://example.org/hooks/orders.";
        else if (text.Length > LengthMax)
            fault = $"An address may have at most {LengthMax} characters.";
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Host.Length == 0)
            fault = "This is not an absolute address, such as https://example.org/hooks/orders.";
        else if (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            fault = $"Only http and https are delivered to, not '{address.Scheme}'.";
        else if (address.UserInfo.Length > 0)
            fault = "An address must not carry a user name or password.";
        else
            recipient = new(address);
        return recipient is not null;
    }

    /// <summary>An address that is known to be good; a bug throws.</summary>
    public static Recipient Parse(string text)
        => TryParse(text, out var recipient, out var fault) ? recipient : throw new FormatException(fault);

    /// <inheritdoc/>
    public override string ToString() => Address.AbsoluteUri;
}
