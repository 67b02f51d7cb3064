using Slipway.Cli.Invoking;
using Slipway.Core.Manifests;

namespace Slipway.Cli.Settings;

/// <summary>The service that an option names.</summary>
internal static class ServiceChoice
{
    /// <summary>Its name; a failure that names the nearest when there is none.</summary>
    public static ServiceName Require(Application application, string text)
    {
        if (ServiceName.TryParse(text, out var name) && application.Services.Any(service => service.Name == name))
            return name;
        var names = application.Services.Select(service => service.Name.ToString()).ToList();
        var near = Nearest.To(text, names);
        throw new CommandFailure(ExitCodes.Usage, $"There is no service '{text}'.", near is null ? $"Known are: {string.Join(", ", names)}." : $"Did you mean '{near}'?");
    }
}
