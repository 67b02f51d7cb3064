using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Releases.Journals;
using Slipway.Simulation;

namespace Slipway.Releases.Tests.Journals;

/// <summary>What a release is judged by is kept with it, and changes nothing for releases that name none.</summary>
public sealed class MeasuredReleaseTests
{
    [Fact]
    public void A_release_keeps_its_metrics_jobs_and_smoke_steps()
    {
        var service = Scenes.Service("api") with
        {
            Measures = new()
            {
                Metrics = [new("refused", MeasureKind.Ratio, "a_total{b=\"c\"}", "a_total") { Above = 0.1, MoreThan = 2, Sustained = TimeSpan.FromSeconds(5), EventsMin = 3, Watched = true }],
                Jobs = JobMeasures.Usual with { Slower = 3 },
            },
            Health = new()
            {
                Smoke = [new("orders", new ProbeCheck.Http("/a"), "GET", null, null, null, TimeSpan.FromSeconds(1))
                {
                    Every = TimeSpan.FromSeconds(9),
                    Steps = [new("POST", "/a", ["X: ${Y}"], "{}", TimeSpan.FromSeconds(2)) { Status = 201, Expect = ["/id"], Capture = ["id = /id"] }],
                }],
            },
        };
        var written = Write(service);
        var read = JsonSerializer.Deserialize(written, JournalJson.Default.Release)!.Services[0].Service;
        Assert.Equal(service.Measures!.Metrics, read.Measures!.Metrics);
        Assert.Equal(service.Measures.Jobs, read.Measures.Jobs);
        Assert.Equal(written, Write(read));
    }

    [Fact]
    public void A_release_that_names_none_is_written_as_before()
    {
        var written = Write(Scenes.Service("api"));
        foreach (var word in (string[])["measures", "steps", "every"])
            Assert.DoesNotContain($"\"{word}\"", written, StringComparison.Ordinal);
    }

    private static string Write(Service service) => JsonSerializer.Serialize(
        new Release
        {
            Id = Scenes.Name<ReleaseId>("aaaaaaaaaaaa"),
            Application = Scenes.Name<ApplicationName>("shop"),
            Version = "1",
            Stamp = new("unknown", DateTimeOffset.UnixEpoch),
            Services = [new(service, null, ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, SecretVersion>.Empty)],
        },
        JournalJson.Default.Release);
}
