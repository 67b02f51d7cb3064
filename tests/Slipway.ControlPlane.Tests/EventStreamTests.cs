using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.ControlPlane.Following;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Who_follows_what_repeats_itself_hears_that_the_stream_lives()
    {
        await using var services = new ServiceCollection().AddSingleton<FollowerPlaces>()
            .AddSingleton<IHostApplicationLifetime>(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance)).BuildServiceProvider();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services };
        context.Response.Body = body;
        var stream = new EventStream<AuditView>(Repeats, ApiJson.Default.AuditView, skipRepeats: true) { SilenceMax = TimeSpan.FromMilliseconds(20) };
        await stream.ExecuteAsync(context);
        var text = Encoding.UTF8.GetString(body.ToArray());
        Assert.Equal(2, text.Split("data: ").Length);
        Assert.Contains("\n\n:\n\n", text, StringComparison.Ordinal);
    }

    // Each comes sooner than the silence is too long.
    private static async IAsyncEnumerable<StreamItem<AuditView>> Repeats([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var i = 0; i < 100; i++)
        {
            yield return new(null, new(1, "same", null));
            await Task.Delay(1, cancellation);
        }
    }
}
