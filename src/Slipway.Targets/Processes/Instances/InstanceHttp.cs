namespace Slipway.Targets.Processes.Instances;

/// <summary>Asks instances over HTTP and sees what they say themselves: no proxy, no cookies, no redirects followed, and a connection of its own for each question.</summary>
internal static class InstanceHttp
{
    /// <summary>Makes a client, to be kept.</summary>
    /// <param name="timeout">How long an answer may take; without it each question says so itself.</param>
    /// <param name="answerBytesMax">How much of an answer it reads at once; without it each question reads what it wants.</param>
    public static HttpClient NewClient(TimeSpan? timeout = null, int answerBytesMax = int.MaxValue) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    })
    {
        Timeout = timeout ?? Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = answerBytesMax,
    };
}
