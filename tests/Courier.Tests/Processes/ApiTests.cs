using System.Text;
using System.Text.Json;
using Courier.Tests.Store;

namespace Courier.Tests.Processes;

/// <summary>An API that the tests of a class share.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private readonly TempDatabase _database = new();

    public CourierRun Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
        => Api = await CourierRun.StartAsync(
            "Courier.Api", _database.Path, ("GIT_SHA", "abc123"), ("BUILD_DATE", "2026-05-04"), ("APP_VERSION", "1.2.3"),
            ("SLIPWAY_RELEASE", "r7"), ("SLIPWAY_INSTANCE", "api-1"), ("SLIPWAY_ENVIRONMENT", "ci"));

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        _database.Dispose();
    }
}

public sealed class ApiTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private const string Good = """{"recipient": "http://127.0.0.1:1/hook", "body": {"order": 1}, "sendAt": "2026-12-24T18:00:00+01:00"}""";
    private readonly CourierRun _api = fixture.Api;

    [Fact]
    public async Task A_message_is_taken_on_followed_and_cancelled()
    {
        var (status, sent) = await _api.PostAsync("/v1/messages", Json("later"), ("X-Request-Id", "request-7"));
        Assert.Equal(202, status);
        Assert.Equal("pending", sent.GetProperty("status").GetString());
        Assert.Equal("request-7", sent.GetProperty("requestId").GetString());
        var id = sent.GetProperty("id").GetString();

        var (_, found) = await _api.GetAsync($"/v1/messages/{id}");
        Assert.Equal(sent.GetProperty("sendAt").GetString(), found.GetProperty("sendAt").GetString());
        Assert.Equal(0, found.GetProperty("attempts").GetArrayLength());

        var (cancelled, view) = await _api.PostAsync($"/v1/messages/{id}/cancel", "");
        Assert.Equal((200, "cancelled"), (cancelled, view.GetProperty("status").GetString()));
        Assert.Equal(200, (int)(await _api.Client.DeleteAsync($"/v1/messages/{id}")).StatusCode);
        Assert.Equal(409, (await _api.PostAsync($"/v1/dead-letters/{id}/replay", "")).Status);
    }

    [Fact]
    public async Task The_same_request_with_the_same_key_is_one_message()
    {
        var key = Guid.NewGuid().ToString();
        var (_, first) = await _api.PostAsync("/v1/messages", Json("a"), ("Idempotency-Key", key));
        var (status, second) = await _api.PostAsync("/v1/messages", Json("a"), ("Idempotency-Key", key));
        Assert.Equal((202, first.GetProperty("id").GetString()), (status, second.GetProperty("id").GetString()));
        var (refused, problem) = await _api.PostAsync("/v1/messages", Json("b"), ("Idempotency-Key", key));
        Assert.Equal((422, "urn:courier:problem:idempotency-key-reused"), (refused, problem.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Everything_wrong_with_a_request_is_told_at_once()
    {
        var (status, problem) = await _api.PostAsync(
            "/v1/messages", """{"recipient": "ftp://x/", "sendAt": "tomorrow", "contentType": 3, "bodi": 1}""", ("Idempotency-Key", "a\tb"));
        Assert.Equal(422, status);
        Assert.Equal(
            ["#/recipient", "#/contentType", "#/body", "#/sendAt", "#/idempotencyKey", "#/bodi"],
            problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()!));
    }

    [Theory]
    [InlineData("GET", "/v1/messages/nonsense", null, 404)]
    [InlineData("GET", "/v1/messages/msg_00000000000000000000000000000000", null, 404)]
    [InlineData("GET", "/v1/nothing", null, 404)]
    [InlineData("PUT", "/v1/messages", "{}", 405)]
    [InlineData("POST", "/v1/messages", "{", 400)]
    [InlineData("POST", "/v1/messages", "[]", 400)]
    [InlineData("POST", "/v1/messages", """{"body": 1, "body": 2}""", 400)]
    [InlineData("GET", "/v1/messages?limit=0", null, 422)]
    [InlineData("GET", "/v1/messages?limit=201&cursor=!&status=lost", null, 422)]
    [InlineData("GET", "/v1/dead-letters?limit=many", null, 422)]
    [InlineData("DELETE", "/v1/recurring/rec_1", null, 404)]
    [InlineData("POST", "/v1/recurring", """{"recipient": "http://127.0.0.1/", "body": 1, "daily": "25:00", "timeZone": "Mars"}""", 422)]
    [InlineData("POST", "/v1/recurring", """{"recipient": "http://127.0.0.1/", "body": 1, "cron": "0 0 30 2 *", "timeZone": "UTC"}""", 422)]
    [InlineData("POST", "/v1/recurring", """{"recipient": "http://127.0.0.1/", "body": 1, "daily": "09:00", "cron": "* * * * *", "timeZone": "UTC"}""", 422)]
    [InlineData("POST", "/v1/recurring", """{"recipient": "http://127.0.0.1/", "body": 1, "weekly": {"days": ["monk"], "at": "09:00"}, "timeZone": "UTC"}""", 422)]
    public async Task A_wrong_request_is_answered_with_a_problem(string method, string path, string? body, int expected)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _api.Client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonElement.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(expected, problem.GetProperty("status").GetInt32());
        Assert.Equal(response.Headers.GetValues("X-Request-Id").Single(), problem.GetProperty("requestId").GetString());
    }

    [Fact]
    public async Task A_request_that_is_too_large_or_not_json_is_refused()
    {
        var (tooLarge, _) = await _api.PostAsync("/v1/messages", Json(new string('x', 600_000)));
        Assert.Equal(413, tooLarge);
        var (overTheBound, problem) = await _api.PostAsync("/v1/messages", Json(new string('x', 262_145)));
        Assert.Equal((422, "#/body"), (overTheBound, problem.GetProperty("errors")[0].GetProperty("pointer").GetString()));
        Assert.Equal(202, (await _api.PostAsync("/v1/messages", Json(new string('x', 262_144)))).Status);
        using var text = await _api.Client.PostAsync("/v1/messages", new StringContent(Good));
        Assert.Equal(415, (int)text.StatusCode);
    }

    [Fact]
    public async Task A_recurring_message_is_kept_shown_and_ended()
    {
        var (status, made) = await _api.PostAsync(
            "/v1/recurring",
            """{"recipient": "http://127.0.0.1:1/", "body": "hi", "weekly": {"days": ["Monday", "thu"], "at": "09:30"}, "timeZone": "Europe/Zurich"}""");
        Assert.Equal((201, "30 9 * * Mon,thu"), (status, made.GetProperty("cron").GetString()));
        Assert.Equal(3, made.GetProperty("upcoming").GetArrayLength());
        Assert.All(made.GetProperty("upcoming").EnumerateArray(), time => Assert.Contains("T09:30:00", time.GetString(), StringComparison.Ordinal));
        var path = "/v1/recurring/" + made.GetProperty("id").GetString();
        Assert.Equal(200, (await _api.GetAsync(path)).Status);
        Assert.NotEqual(0, (await _api.GetAsync("/v1/recurring")).Body.GetProperty("items").GetArrayLength());
        Assert.Equal(204, (int)(await _api.Client.DeleteAsync(path)).StatusCode);
        Assert.Equal(404, (await _api.GetAsync(path)).Status);
    }

    [Fact]
    public async Task A_listing_is_paged_by_its_cursor()
    {
        for (var i = 0; i < 3; i++)
            await _api.PostAsync("/v1/messages", Json($"{i}"));
        var seen = new HashSet<string>();
        var cursor = "";
        for (var i = 0; i < 3; i++)
        {
            var (_, page) = await _api.GetAsync($"/v1/messages?limit=1&cursor={cursor}");
            Assert.True(seen.Add(page.GetProperty("items")[0].GetProperty("id").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : "";
        }
    }

    [Fact]
    public async Task Operators_find_health_readiness_version_and_metrics()
    {
        Assert.Equal(200, (await _api.GetAsync("/health")).Status);
        var (ready, dependencies) = await _api.GetAsync("/ready");
        Assert.Equal((200, "ready"), (ready, dependencies.GetProperty("status").GetString()));
        Assert.True(dependencies.GetProperty("dependencies")[0].GetProperty("latencyMs").GetDouble() >= 0);
        var (_, version) = await _api.GetAsync("/version");
        Assert.Equal(
            ("abc123", "2026-05-04", "1.2.3", "r7", "api-1"),
            (Text("commit"), Text("built"), Text("version"), Text("release"), Text("instance")));
        await _api.GetAsync("/v1/ping");
        var metrics = await _api.Client.GetStringAsync("/metrics");
        Assert.Contains("db_client_connection_count{state=\"used\"} ", metrics, StringComparison.Ordinal);
        Assert.Contains("\ndb_client_connection_max 32\n", metrics, StringComparison.Ordinal);
        Assert.Contains(
            "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"/v1/ping\",http_response_status_code=\"200\"}",
            metrics, StringComparison.Ordinal);
        Assert.Contains("courier_queue_depth{state=\"due\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("Courier", await _api.Client.GetStringAsync("/"), StringComparison.Ordinal);

        string? Text(string name) => version.GetProperty(name).GetString();
    }

    private static string Json(string body)
        => Good.Replace("""{"order": 1}""", $"\"{body}\"", StringComparison.Ordinal)
            .Replace("2026-12-24", TimeProvider.System.GetUtcNow().AddDays(30).ToString("yyyy-MM-dd", null), StringComparison.Ordinal);
}
