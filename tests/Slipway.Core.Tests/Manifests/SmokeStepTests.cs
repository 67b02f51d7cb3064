using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

/// <summary>Smoke checks of several steps.</summary>
public sealed class SmokeStepTests
{
    private const string Head = "app: shop\nsettings: { API__KEY: { secret: true } }\nservices: { api: { run: ./api, port: 5000, smoke: ";

    [Fact]
    public void Steps_are_read_with_their_references_left_for_later()
    {
        var check = ManifestText.Resolve(Head + """
            { name: orders, every: 10s, steps: [/v1/ping, { path: "/v1/orders/${id:-1}", method: POST, headers: "Authorization: Bearer ${API__KEY}", body: '{ "key": "${API__KEY}" }', status: 201, expect: [/id, /state = queued], capture: id = /id, timeout: 5s }, "/v1/orders/${id}"] } } }
            """).Services[0].Health.Smoke.Single();
        Assert.Equal((TimeSpan.FromSeconds(10), "orders"), (check.Every, check.Name));
        var steps = check.Steps!.Value;
        Assert.Equal(["/v1/ping", "/v1/orders/${id:-1}", "/v1/orders/${id}"], steps.Select(step => step.Path));
        Assert.Equal(("POST", 201, TimeSpan.FromSeconds(5)), (steps[1].Method, steps[1].Status, steps[1].Timeout));
        Assert.Equal(["Authorization: Bearer ${API__KEY}"], steps[1].Headers);
    }

    [Theory]
    [InlineData("{ steps: [] }", "error SLIP022: The smoke check has no steps. Add one, such as: steps: [/v1/ping]")]
    [InlineData("{ path: /a, steps: [/b] }", "error SLIP030: 'path' is for a check of one request, but this one has steps. Move it into the step that it belongs to.")]
    [InlineData("{ steps: [{ path: '/${id}', capture: id = /id }] }", "error SLIP092: No step before this one captures 'id', and no setting has that name. Capture it in an earlier step: capture: id = /id")]
    [InlineData("{ steps: [{ path: /a, headers: 'X: ${API__KEZ}' }] }", "error SLIP092: No step before this one captures 'API__KEZ', and no setting has that name. Did you mean 'API__KEY'?")]
    [InlineData("{ steps: [{ path: /a, capture: API__KEY = /id }] }", "error SLIP092: 'API__KEY' is the name of a setting or variable of the instance. Capture it under another name, such as one in small letters.")]
    [InlineData("{ steps: [orders] }", "error SLIP093: 'orders' is no path. Begin it with /, or with what was captured: ${place}")]
    [InlineData("{ steps: [{ path: /a, headers: 'no header' }] }", "error SLIP093: 'no header' is no header. Write a name, a colon and a value, in quotes: 'Accept: text/plain'")]
    [InlineData("{ steps: [{ path: /a, expect: id }] }", "error SLIP093: What is expected cannot be read: it begins with none of /, header and match. Write for example: /status = queued, or: header Content-Type, or: match id=[0-9]+")]
    [InlineData("{ steps: [{ path: /a, expect: 'match (a)\\1' }] }", "error SLIP093: What is expected cannot be read: its expression cannot be read. Write for example: /status = queued, or: header Content-Type, or: match id=[0-9]+")]
    [InlineData("{ steps: [{ path: /a, capture: /id }] }", "error SLIP093: What is captured cannot be read: it does not begin with a name and =. Write for example: id = /id, or: place = header Location, or: id = match id=([0-9]+)")]
    [InlineData("{ steps: ['/${id'] }", "error SLIP027: The ${ at character 2 of '/${id' cannot be read. Write ${NAME} or ${NAME:-default}, and $${ for the characters themselves.")]
    public void What_cannot_be_run_is_a_fault(string smoke, string fault)
    {
        var found = Assert.Single(ManifestText.Faults(Head + smoke + " } }"));
        Assert.StartsWith("3:", found, StringComparison.Ordinal);
        Assert.EndsWith(fault, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "[1, 2]")]
    [InlineData("/0", "1")]
    [InlineData("/2", null)]
    [InlineData("/-1", null)]
    [InlineData("/x", null)]
    public void A_pointer_leads_into_a_list(string pointer, string? value) => Assert.Equal(value, Answer("[1, 2]").Json(pointer));

    [Theory]
    [InlineData("/a~1b", "slash")]
    [InlineData("/m~0n", "tilde")]
    [InlineData("/", "empty")]
    [InlineData("/deep/0/x", "true")]
    [InlineData("/deep/1", "null")]
    [InlineData("/deep/00", "{\"x\":true}")]
    public void A_pointer_leads_into_an_object(string pointer, string value)
        => Assert.Equal(value, Answer("""{"a/b":"slash","m~n":"tilde","":"empty","deep":[{"x":true},null]}""").Json(pointer));

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{\"a\":")]
    public void What_is_no_JSON_holds_nothing(string body) => Assert.Null(Answer(body).Json("/a"));

    [Fact]
    public void Nesting_without_end_holds_nothing() => Assert.Null(Answer(new string('[', 100_000)).Json("/0/0"));

    private static SmokeAnswer Answer(string body) => new(200, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty, body);
}
