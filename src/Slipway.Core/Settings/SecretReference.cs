using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Slipway.Core.Manifests;

namespace Slipway.Core.Settings;

/// <summary>
/// Names a secret in a store: <c>secret://store/name</c> for its latest version, <c>secret://store/name#3</c> for the third.
/// A name is letters, digits and <c>_ - . :</c>, in parts separated by <c>/</c>; a name of one part belongs to the
/// environment that it is used in, so that <c>secret://home/API__KEY</c> is <c>production/API__KEY</c> there, except in
/// stores of mounted files and of variables, whose names something else chose.
/// </summary>
/// <param name="Store">The store.</param>
/// <param name="Name">The name, 1 to 200 characters.</param>
/// <param name="Version">1 or more; null for the latest.</param>
public sealed record SecretReference(string Store, string Name, int? Version)
{
    /// <summary>What every reference begins with.</summary>
    public const string Scheme = "secret://";

    /// <summary>Whether a text is meant as a reference, well formed or not.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Reads a reference; false when the text is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SecretReference? reference)
    {
        reference = null;
        if (text is null || !IsMeant(text))
            return false;
        var rest = text[Scheme.Length..];
        int? version = null;
        var hash = rest.IndexOf('#');
        if (hash >= 0)
        {
            if (!int.TryParse(rest.AsSpan(hash + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || number < 1)
                return false;
            (version, rest) = (number, rest[..hash]);
        }
        var slash = rest.IndexOf('/');
        if (slash < 1 || !ServiceName.TryParse(rest[..slash], out _) || !IsName(rest[(slash + 1)..]))
            return false;
        reference = new(rest[..slash], rest[(slash + 1)..], version);
        return true;
    }

    /// <summary>Whether a text can be the name of a secret. Names become paths: no part may be <c>.</c> or <c>..</c>.</summary>
    public static bool IsName(string name)
    {
        if (name.Length is 0 or > 200)
            return false;
        foreach (var part in name.Split('/'))
        {
            if (part.Length == 0 || part is "." or "..")
                return false;
            foreach (var c in part)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.' or ':'))
                    return false;
            }
        }
        return true;
    }

    /// <summary>The same with the environment's name before a name of one part, where the store's names belong to environments.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="declared">The stores that the manifest declares.</param>
    public SecretReference In(EnvironmentName environment, ImmutableArray<SecretStoreDeclaration> declared)
        => Name.Contains('/') || IsOutside(declared) ? this : this with { Name = $"{environment}/{Name}" };

    private bool IsOutside(ImmutableArray<SecretStoreDeclaration> declared)
    {
        foreach (var store in declared)
        {
            if (store.Name == Store)
                return store.Kind is SecretStoreKind.Mounted or SecretStoreKind.Environment;
        }
        return Store is SecretStoreDeclaration.Environment or SecretStoreDeclaration.Mounted;
    }

    /// <inheritdoc/>
    public override string ToString() => Version is null ? $"{Scheme}{Store}/{Name}" : $"{Scheme}{Store}/{Name}#{Version}";
}

/// <summary>A version of a secret, written <c>secret://store/name#3</c>.</summary>
/// <param name="Store">Where it is kept.</param>
/// <param name="Name">Its full name in the store, such as <c>production/API__KEY</c>.</param>
/// <param name="Version">1 or more.</param>
public sealed record SecretVersion(string Store, string Name, int Version)
{
    /// <inheritdoc/>
    public override string ToString() => $"{SecretReference.Scheme}{Store}/{Name}#{Version}";
}
