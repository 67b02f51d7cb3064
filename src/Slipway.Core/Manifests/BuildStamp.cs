namespace Slipway.Core.Manifests;

/// <summary>
/// Where a release was built from (E3). Given to every instance as <c>GIT_SHA</c> and <c>BUILD_DATE</c>; no part of a
/// release's identity, so that a commit which changes nothing that runs is not a new release.
/// </summary>
/// <param name="GitSha">The commit, 40 hexadecimal digits, with <c>-dirty</c> when files differed from it; <c>unknown</c> without git.</param>
/// <param name="BuildDate">When the first release with this content was made, UTC.</param>
public sealed record BuildStamp(string GitSha, DateTimeOffset BuildDate);
