using Slipway.Core.Manifests;
using Slipway.Releases.Ports;

namespace Slipway.Targets;

/// <summary>Where a control plane keeps what its parts leave on disk.</summary>
/// <param name="Path">The folder, absolute.</param>
public sealed record HomeFolder(string Path)
{
    /// <summary>The artefacts, each in a folder named by its digest.</summary>
    public string Artefacts => System.IO.Path.Combine(Path, "artefacts");

    /// <summary>What runs, a folder for each environment.</summary>
    public string Environments => System.IO.Path.Combine(Path, "environments");

    /// <summary>The folder of an artefact.</summary>
    public string Artefact(ArtefactDigest digest) => System.IO.Path.Combine(Artefacts, digest.ToString());

    /// <summary>The folder of an environment.</summary>
    public string Environment(EnvironmentName environment) => System.IO.Path.Combine(Environments, environment.ToString());

    /// <summary>The folder of an environment's gateway.</summary>
    public string Gateway(EnvironmentName environment) => System.IO.Path.Combine(Environment(environment), "gateway");

    /// <summary>The instances of an environment, a folder for each.</summary>
    public string Instances(EnvironmentName environment) => System.IO.Path.Combine(Environment(environment), "instances");

    /// <summary>The last fencing token that each service of an environment was started with, a file for each.</summary>
    public string Fences(EnvironmentName environment) => System.IO.Path.Combine(Environment(environment), "fences");

    /// <summary>What an environment's instances share and keep over releases, such as an embedded database.</summary>
    public string Data(EnvironmentName environment) => System.IO.Path.Combine(Environment(environment), "data");
}
