namespace Slipway.Bench.Rotations;

/// <summary>A secret whose rotation is measured, and those who use it.</summary>
internal interface IRotatedSecret : IAsyncDisposable
{
    /// <summary>What it is, for people.</summary>
    string Name { get; }

    /// <summary>The setting that holds it.</summary>
    string Setting { get; }

    /// <summary>The application that uses it.</summary>
    string Manifest { get; }

    /// <summary>Gives the secrets of the application their first versions; gives the variables to deploy it with.</summary>
    Task<Dictionary<string, string>> Prepare(Stack stack, CancellationToken stop);

    /// <summary>Remembers the credential of now as the old one. Called with the application live, before each rotation.</summary>
    Task Begin(Stack stack, Uri gateway, CancellationToken stop);

    /// <summary>Takes up what those who call from outside are given once a rotation has switched.</summary>
    Task Switch(Stack stack, CancellationToken stop);

    /// <summary>A request with a credential that is valid now.</summary>
    HttpRequestMessage Request();

    /// <summary>Whether the old credential lets nobody in any more.</summary>
    Task<bool> RefusesOld(Uri gateway, CancellationToken stop);
}
