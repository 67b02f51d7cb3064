using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Courier.Messages;

namespace Courier.Worker;

/// <summary>What came of one request to a recipient.</summary>
/// <param name="StatusCode">What it answered; null when nothing came back.</param>
/// <param name="Error">Why it failed; null for success.</param>
/// <param name="RetryAfter">How long it asked to be left alone; null when it did not.</param>
internal sealed record SendResult(int? StatusCode, string? Error, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the message may not go there at all.</summary>
    public bool IsForbidden { get; init; }

    public bool IsDelivered => Error is null;

    /// <summary>Whether sending the same again cannot help: the content was refused, or the address is gone for good.</summary>
    public bool IsFinal => IsForbidden || StatusCode is 400 or 410 or 413 or 414 or 415 or 422;

    /// <summary>Whether the destination itself seems to be in trouble.</summary>
    public bool IsTrouble => !IsDelivered && !IsForbidden && StatusCode is null or 429 or >= 500;
}

/// <summary>Posts messages to webhooks.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly HttpClient _client;

    public WebhookSender(bool allowsPrivate)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirect would lead around the check of the address, and a webhook that moved should be told to us.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
            ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, allowsPrivate, cancellation),
        };
        // Deadlines are the caller's, one for each delivery.
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("courier", "1"));
    }

    /// <summary>Posts once; throws only when it is told to stop.</summary>
    public async Task<SendResult> SendAsync(Delivery delivery, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        using var request = NewRequest(delivery);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? new(status, null)
                : new(status, $"The recipient answered {status}.", RetryAfter(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, $"No answer within {timeout.TotalSeconds:0.###} s.");
        }
        catch (HttpRequestException fault)
        {
            return new(null, (fault.InnerException ?? fault).Message) { IsForbidden = fault.InnerException is PrivateAddressException };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage NewRequest(Delivery delivery)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, delivery.Recipient.Address)
        {
            Content = new ReadOnlyMemoryContent(delivery.Body.Bytes),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", delivery.Body.ContentType);
        // The same at every attempt: a recipient that keeps the keys it has seen handles each message once.
        request.Headers.TryAddWithoutValidation("Idempotency-Key", delivery.MessageId.ToString());
        request.Headers.TryAddWithoutValidation("Courier-Attempt", $"{delivery.Attempts + 1}");
        request.Headers.TryAddWithoutValidation("X-Request-Id", delivery.Correlation.RequestId);
        request.Headers.TryAddWithoutValidation("traceparent", delivery.Correlation.NewTraceParent());
        return request;
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
        => header?.Delta ?? (header?.Date is { } date ? date - TimeProvider.System.GetUtcNow() : null);

    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint recipient, bool allowsPrivate, CancellationToken cancellation)
    {
        // The check is made on the address that is connected to; a name checked earlier may point elsewhere by now.
        var addresses = await Dns.GetHostAddressesAsync(recipient.Host, cancellation);
        if (!allowsPrivate && addresses.FirstOrDefault(AddressRules.IsPrivate) is { } address)
            throw new PrivateAddressException($"{recipient.Host} is {address}, an address of a private network.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, recipient.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class PrivateAddressException(string message) : IOException(message);
}
