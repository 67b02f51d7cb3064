using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Core.Api;

namespace Slipway.ControlPlane.Tests;

public sealed class OpenApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_committed_document_is_the_one_that_is_served()
    {
        await using var running = await RunningControlPlane.Start();
        var served = JsonSerializer.Serialize(JsonDocument.Parse(await running.Client.GetStringAsync(ApiRoutes.OpenApi)), Indented) + "\n";
        var path = Path.Combine(RepositoryRoot(), "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("SLIPWAY_UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(path, served);
        Assert.True(
            served == await File.ReadAllTextAsync(path),
            "docs/openapi.json is out of date. Look at the difference after running the tests with SLIPWAY_UPDATE_GOLDEN=1.");
    }

    [Fact]
    public async Task Every_operation_has_a_name_a_summary_and_says_how_it_refuses()
    {
        await using var running = await RunningControlPlane.Start();
        using var document = JsonDocument.Parse(await running.Client.GetStringAsync(ApiRoutes.OpenApi));
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => (Path: path.Name, Operation: method.Value))).ToArray();
        Assert.True(operations.Length >= 18);
        Assert.Equal(operations.Length, operations.Select(one => one.Operation.GetProperty("operationId").GetString()).Distinct().Count());
        foreach (var (path, operation) in operations)
        {
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(one => one.Name[0] is '4' or '5'))
                Assert.Equal($"#/components/responses/Refusal{response.Name}", response.Value.GetProperty("$ref").GetString());
            if (path.StartsWith("/v1/", StringComparison.Ordinal))
                Assert.True(operation.GetProperty("responses").TryGetProperty("500", out _), path);
        }
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Slipway.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
