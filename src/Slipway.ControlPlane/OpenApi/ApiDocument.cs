using System.Text.Json.Serialization.Metadata;
using Microsoft.OpenApi;
using Slipway.ControlPlane.Problems;
using Slipway.Core.Manifests;

namespace Slipway.ControlPlane.OpenApi;

/// <summary>
/// The OpenAPI document, made from the endpoints and their documentation; <c>docs/openapi.json</c> is a copy that a test
/// holds against it.
/// </summary>
internal static class ApiDocument
{
    /// <summary>Adds what makes the document.</summary>
    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", document =>
    {
        document.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        document.AddDocumentTransformer((content, _, _) =>
        {
            content.Info = new()
            {
                Title = "Slipway control plane",
                Version = "v1",
                Description = "What the command line and the dashboard ask of a control plane. "
                    + "Over the Unix socket the kernel says who calls; over loopback a bearer token is needed.",
                License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
            };
            // The address is each home's own.
            content.Servers = [];
            ShareRefusals(content);
            return Task.CompletedTask;
        });
        document.AddSchemaTransformer((schema, context, _) =>
        {
            if (NameShapeOf(context.JsonTypeInfo.Type) is { } shape)
            {
                schema.Type = JsonSchemaType.String;
                schema.Description = shape;
            }
            LeaveOutNulls(schema, context.JsonTypeInfo);
            return Task.CompletedTask;
        });
    });

    // Names have converters of their own, which the schema exporter cannot look into.
    private static string? NameShapeOf(Type type)
    {
        var name = Nullable.GetUnderlyingType(type) ?? type;
        return name switch
        {
            _ when name == typeof(ApplicationName) => ApplicationName.Shape,
            _ when name == typeof(EnvironmentName) => EnvironmentName.Shape,
            _ when name == typeof(ServiceName) => ServiceName.Shape,
            _ when name == typeof(InstanceId) => InstanceId.Shape,
            _ when name == typeof(ReleaseId) => ReleaseId.Shape,
            _ when name == typeof(RolloutId) => RolloutId.Shape,
            _ when name == typeof(RotationId) => RotationId.Shape,
            _ => null,
        };
    }

    // What is null is not written, so nobody may count on its being there.
    private static void LeaveOutNulls(OpenApiSchema schema, JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.IsGetNullable)
                schema.Required?.Remove(property.Name);
        }
    }

    // A refusal reads the same wherever it comes from: written once, and referred to.
    private static void ShareRefusals(OpenApiDocument content)
    {
        content.Components ??= new();
        content.Components.Responses ??= new Dictionary<string, IOpenApiResponse>();
        foreach (var responses in content.Paths.Values.SelectMany(path => path.Operations!.Values).Select(operation => operation.Responses!))
        {
            foreach (var (status, response) in responses.ToArray())
            {
                if (response is not OpenApiResponse refusal || refusal.Content?.ContainsKey(Refusal.ContentType) != true)
                    continue;
                var name = $"Refusal{status}";
                refusal.Description = Refusals.MeaningOf(status);
                content.Components.Responses.TryAdd(name, refusal);
                responses[status] = new OpenApiResponseReference(name, content);
            }
        }
    }
}
