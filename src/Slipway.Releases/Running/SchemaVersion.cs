using Slipway.Releases.Journals;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>Reads what a migration says it has brought the data to: a line <c>schema: VERSION</c> among its last ones.</summary>
internal static class SchemaVersion
{
    private const string Word = "schema:";
    private const int LengthMax = 64;

    /// <summary>The event with the version, if the migration told one.</summary>
    public static async Task<MigrationFinished> Told(MigrationFinished finished, RunnerParts parts, RolloutState rollout, CancellationToken cancellation)
    {
        var lines = await LastLines.Of(parts.Ports.Target, parts.Clock, new LogQuery(rollout.Environment, finished.Service, rollout.Candidate, null, LastLines.Count, Follow: false), cancellation);
        return finished with { Schema = lines.Select(In).LastOrDefault(version => version is not null) };
    }

    /// <summary>The version that a line tells; null when it tells none, or something too long to be one.</summary>
    internal static string? In(string line)
    {
        if (!line.StartsWith(Word, StringComparison.OrdinalIgnoreCase))
            return null;
        var version = line[Word.Length..].Trim();
        return version.Length is > 0 and <= LengthMax && !version.Any(char.IsControl) ? version : null;
    }
}
