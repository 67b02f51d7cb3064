using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Secrets.Tests;

/// <summary>
/// A small server that speaks what Vault's documentation says of KV version 2 and AppRole, since Vault itself cannot be had here.
/// It keeps what it is given in memory and checks tokens, namespaces and check-and-set as documented.
/// </summary>
internal sealed class VaultServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, List<Kept>> _secrets = new();
    private readonly ConcurrentDictionary<string, bool> _tokens = new() { ["root-token"] = true };
    private readonly WebApplication _app;

    private VaultServer(WebApplication app) => _app = app;

    private sealed record Kept(JsonObject Data, DateTimeOffset At)
    {
        public DateTimeOffset? DeletedAt { get; set; }
    }

    public Uri Address => new(_app.Urls.First());

    public int Logins { get; private set; }

    public int LeaseSeconds { get; set; } = 3600;

    public string? Namespace { get; set; }

    public bool Sealed { get; set; }

    /// <summary>Whether the token's policy allows <c>secret/data/*</c> alone, as many do.</summary>
    public bool DataOnly { get; set; }

    /// <summary>What is answered to everything, by something that is no Vault; null for a Vault.</summary>
    public string? Impostor { get; set; }

    public TaskCompletionSource? Hang { get; set; }

    public static async Task<VaultServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new VaultServer(app);
        app.Run(server.Answer);
        await app.StartAsync();
        return server;
    }

    public void ForgetTokens() => _tokens.Clear();

    public async ValueTask DisposeAsync()
    {
        Hang?.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task Answer(HttpContext context)
    {
        if (Hang is { } hang)
            await hang.Task;
        if (Impostor is { } other)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(other);
            return;
        }
        var path = context.Request.Path.Value!["/v1/".Length..];
        if (Sealed)
        {
            await Refuse(context, 503, "Vault is sealed");
            return;
        }
        if (context.Request.Headers["X-Vault-Request"] != "true" || (Namespace is not null && context.Request.Headers["X-Vault-Namespace"] != Namespace))
        {
            await Refuse(context, 400, "missing header");
            return;
        }
        if (path == "auth/approle/login")
        {
            await Login(context);
            return;
        }
        if (!_tokens.ContainsKey(context.Request.Headers["X-Vault-Token"].ToString()) || (DataOnly && path.StartsWith("secret/metadata/", StringComparison.Ordinal)))
        {
            await Refuse(context, 403, "permission denied");
            return;
        }
        var answer = (path.Split('/', 3), context.Request.Method) switch
        {
            (["secret", "data", var name], "GET") => Read(context, name),
            (["secret", "data", var name], "POST") => Write(context, name),
            (["secret", "delete", var name], "POST") => Delete(context, name),
            (["secret", "metadata", var name], "GET") => context.Request.Query["list"] == "true" ? List(context, name) : Metadata(context, name),
            _ => Refuse(context, 404, "no handler for route"),
        };
        await answer;
    }

    private async Task Login(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        if ((string?)body["role_id"] != "shop" || (string?)body["secret_id"] != "secret-id")
        {
            await Refuse(context, 400, "invalid role or secret ID");
            return;
        }
        Logins++;
        var token = $"hvs.{Logins}";
        _tokens[token] = true;
        await Send(context, 200, new JsonObject { ["auth"] = new JsonObject { ["client_token"] = token, ["lease_duration"] = LeaseSeconds, ["renewable"] = true } });
    }

    private Task Read(HttpContext context, string name)
    {
        if (!_secrets.TryGetValue(name, out var versions))
            return Send(context, 404, new JsonObject { ["errors"] = new JsonArray() });
        var number = int.TryParse(context.Request.Query["version"], CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : versions.Count;
        if (number > versions.Count)
            return Send(context, 404, new JsonObject { ["errors"] = new JsonArray() });
        var kept = versions[number - 1];
        return Send(context, kept.DeletedAt is null ? 200 : 404, new JsonObject
        {
            ["data"] = new JsonObject { ["data"] = kept.DeletedAt is null ? kept.Data.DeepClone() : null, ["metadata"] = Of(kept, number) },
        });
    }

    private async Task Write(HttpContext context, string name)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var versions = _secrets.GetOrAdd(name, _ => []);
        if (body["options"]?["cas"] is { } cas && (int)cas != versions.Count)
        {
            await Refuse(context, 400, "check-and-set parameter did not match the current version");
            return;
        }
        versions.Add(new((JsonObject)body["data"]!.DeepClone(), DateTimeOffset.UtcNow));
        await Send(context, 200, new JsonObject { ["data"] = Of(versions[^1], versions.Count) });
    }

    private async Task Delete(HttpContext context, string name)
    {
        foreach (var version in (JsonArray)(await JsonNode.ParseAsync(context.Request.Body))!["versions"]!)
            _secrets[name][(int)version! - 1].DeletedAt = DateTimeOffset.UtcNow;
        context.Response.StatusCode = 204;
    }

    private Task Metadata(HttpContext context, string name)
    {
        if (!_secrets.TryGetValue(name, out var versions))
            return Send(context, 404, new JsonObject { ["errors"] = new JsonArray() });
        var all = new JsonObject();
        for (var i = 1; i <= versions.Count; i++)
            all[$"{i}"] = Of(versions[i - 1], i);
        return Send(context, 200, new JsonObject { ["data"] = new JsonObject { ["current_version"] = versions.Count, ["versions"] = all } });
    }

    private Task List(HttpContext context, string folder)
    {
        var keys = _secrets.Keys.Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Select(name => name[folder.Length..])
            .Select(rest => rest.Contains('/') ? rest[..(rest.IndexOf('/') + 1)] : rest).Distinct().Order().ToArray();
        return keys.Length == 0
            ? Send(context, 404, new JsonObject { ["errors"] = new JsonArray() })
            : Send(context, 200, new JsonObject { ["data"] = new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => (JsonNode)key)]) } });
    }

    private static JsonObject Of(Kept kept, int version) => new()
    {
        ["created_time"] = kept.At.ToString("O"),
        ["deletion_time"] = kept.DeletedAt?.ToString("O") ?? "",
        ["destroyed"] = false,
        ["version"] = version,
    };

    private static Task Refuse(HttpContext context, int status, string why) => Send(context, status, new JsonObject { ["errors"] = new JsonArray(why) });

    private static Task Send(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(JsonSerializerOptions.Default));
    }
}
