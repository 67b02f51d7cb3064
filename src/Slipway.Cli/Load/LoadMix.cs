using System.Collections.Immutable;
using Slipway.Cli.Invoking;

namespace Slipway.Cli.Load;

/// <summary>Reads the mix of a load as the command line writes it.</summary>
internal static class LoadMix
{
    /// <summary>Reads <c>get=80,upload=10,stream=10</c>.</summary>
    public static ImmutableArray<LoadRequest> Parse(string text, string? uploadPath, int uploadBytes, bool echo, string? streamPath)
    {
        var mix = ImmutableArray.CreateBuilder<LoadRequest>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, weight) = part.Split('=') is [var left, var right] && int.TryParse(right, out var number) && number is >= 0 and <= 10_000
                ? (left, number)
                : throw new CommandFailure(ExitCodes.Usage, $"\"{part}\" is no kind of request with a weight.", "Write for example: --mix get=80,upload=10,stream=10");
            if (weight == 0)
                continue;
            mix.Add(name switch
            {
                "get" => new LoadRequest { Name = "get", Weight = weight },
                "upload" => LoadRequest.Upload(uploadPath, uploadBytes, echo) with { Weight = weight },
                "stream" => new LoadRequest { Name = "stream", Weight = weight, Path = streamPath },
                _ => throw new CommandFailure(ExitCodes.Usage, $"There is no kind of request \"{name}\".", "Known are: get, upload, stream."),
            });
        }
        return mix.ToImmutable();
    }
}
