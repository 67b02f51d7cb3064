using System.CommandLine;
using Slipway.Cli.Homes;
using Slipway.Cli.Invoking;
using Slipway.Core.Manifests;
using Slipway.Core.Settings;
using Slipway.Secrets;

namespace Slipway.Cli.SecretVerbs;

/// <summary>Which store and which environment a verb means, and the stores themselves.</summary>
internal sealed class SecretPlace : IDisposable
{
    private readonly SecretStores _stores;
    private readonly string _folder;

    private SecretPlace(Application application, SecretStores stores, string folder, string store)
    {
        (Application, _stores, _folder) = (application, stores, folder);
        Store = stores.Find(store, application.SecretStores, folder);
    }

    /// <summary>The application in the environment that was named.</summary>
    public Application Application { get; }

    /// <summary>Every store.</summary>
    public ISecretStores Stores => _stores;

    /// <summary>The store that was named, or home.</summary>
    public ISecretStore Store { get; }

    /// <summary>The manifest's folder.</summary>
    public string Folder => _folder;

    /// <summary>The option that names a store.</summary>
    public static Option<string?> Option() => new("--store") { Description = "The store. Default: home, the control plane's own.", HelpName = "NAME" };

    /// <summary>What a command line means.</summary>
    public static SecretPlace Of(ParseResult result, CommonOptions common, Option<string?>? store)
    {
        var path = ManifestFile.Require(common.File(result));
        var faults = new List<Diagnostic>();
        var application = ManifestFile.Read(path, faults)?.Resolve(common.EnvironmentOrLocal(result), CallerVariables.All(), faults)
            ?? throw new CommandFailure(ExitCodes.Usage, "The manifest is wrong.", "Correct what stands above.") { Faults = [.. faults.Select(fault => fault.ToString())] };
        var name = (store is null ? null : result.GetValue(store)) ?? SecretStoreDeclaration.Home;
        RequireStore(application, name);
        return new(application, SecretStores.Open(new(common.Home(result).Path)), Path.GetDirectoryName(path)!, name);
    }

    private static void RequireStore(Application application, string name)
    {
        string[] known = [SecretStoreDeclaration.Home, SecretStoreDeclaration.Mounted, SecretStoreDeclaration.Environment, .. application.SecretStores.Select(store => store.Name)];
        if (!known.Contains(name))
            throw new CommandFailure(ExitCodes.Usage, $"There is no secret store '{name}'.", Nearest.To(name, known) is { } near ? $"Did you mean '{near}'?" : $"Known are: {string.Join(", ", known)}.");
    }

    /// <summary>The full name of a secret: a name of one part belongs to the environment.</summary>
    public string FullName(string name) => SecretReference.IsName(name)
        ? new SecretReference(Store.Name, name, null).In(Application.Environment, Application.SecretStores).Name
        : throw new CommandFailure(ExitCodes.Usage, $"\"{name}\" is no name of a secret.", "Use letters, digits and _ - . : in parts separated by /.");

    /// <summary>A version that was written as <c>NAME#2</c> or <c>NAME</c>, which is its latest.</summary>
    public async Task<SecretVersion> Version(string text, CancellationToken cancellation)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var name = FullName(hash < 0 ? text : text[..hash]);
        if (hash < 0)
        {
            return await Store.Latest(name, cancellation)
                ?? throw new CommandFailure(ExitCodes.No, $"The store '{Store.Name}' has no version of {name} in use.", $"Set it with: slipway secrets set {text} -e {Application.Environment}");
        }
        return int.TryParse(text.AsSpan(hash + 1), out var number) && number > 0
            ? new(Store.Name, name, number)
            : throw new CommandFailure(ExitCodes.Usage, $"\"{text}\" names no version.", "Write it as NAME#2.");
    }

    /// <inheritdoc/>
    public void Dispose() => _stores.Dispose();
}
