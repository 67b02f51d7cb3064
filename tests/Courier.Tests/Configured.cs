using Microsoft.Extensions.Configuration;

namespace Courier.Tests;

/// <summary>A configuration as .NET makes it of environment variables.</summary>
internal static class Configured
{
    public static IConfiguration By(Dictionary<string, string> variables)
        => new ConfigurationBuilder().AddInMemoryCollection(variables.Select(variable => new KeyValuePair<string, string?>(
            variable.Key.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), variable.Value))).Build();
}
