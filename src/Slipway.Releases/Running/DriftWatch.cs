using System.Collections.Immutable;
using Slipway.Core.Manifests;
using Slipway.Core.Routing;
using Slipway.Core.Settings;
using Slipway.Releases.Drift;
using Slipway.Releases.Ports;
using Slipway.Releases.Rollouts;

namespace Slipway.Releases.Running;

/// <summary>What the runner lends a look: the fold and what it last saw. It waits for no pass, so a change may fall between the two.</summary>
/// <param name="State">What the journal says.</param>
/// <param name="Seen">What is seen.</param>
/// <param name="AtRest">Whether nothing moves.</param>
/// <param name="Workloads">What should run.</param>
/// <param name="Variables">What each is given, secrets in the clear; one whose secrets cannot be read is left out.</param>
internal sealed record DriftGround(
    EnvironmentState State,
    Observation Seen,
    bool AtRest,
    ImmutableArray<DesiredWorkload> Workloads,
    ImmutableDictionary<WorkloadKey, ImmutableSortedDictionary<string, string>> Variables);

/// <summary>Looks closely at an environment. What it sees once may be passing; only what it sees twice is drift.</summary>
/// <param name="environment">Which.</param>
/// <param name="ports">What it looks at.</param>
/// <param name="clock">The time.</param>
/// <param name="ground">Gives the runner's view of this moment; null when there is nothing to compare.</param>
internal sealed class DriftWatch(EnvironmentName environment, EnginePorts ports, TimeProvider clock, Func<CancellationToken, Task<DriftGround?>> ground)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What is other than declared.</summary>
    /// <exception cref="TargetException">The target cannot be asked.</exception>
    public async Task<ImmutableArray<DriftFinding>> Look(CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var (first, _) = await LookOnce(cancellation);
        if (first.IsEmpty)
            return [];
        // One that had to wait for an answer has seen that it stays away.
        if (Pause - clock.GetElapsedTime(began) is { Ticks: > 0 } rest)
            await Task.Delay(rest, clock, cancellation);
        var (second, state) = await LookOnce(cancellation);
        return [.. second.Where(first.Contains).Distinct().Select(one => new DriftFinding(ShownDeviation.Of(one, ports.Redactor), Provenance.Of(state!, one)))];
    }

    private async Task<(ImmutableArray<Deviation> Deviations, EnvironmentState? State)> LookOnce(CancellationToken cancellation)
    {
        if (await ground(cancellation) is not { } before)
            return ([], null);
        var target = ports.Target.Inspect(environment, cancellation);
        var traffic = ports.Traffic.Inspect(environment, cancellation);
        var lost = LostSecrets(before, cancellation);
        await Task.WhenAll(target, traffic, lost);
        if (await ground(cancellation) is not { } after)
            return ([], null);
        var look = new DriftLook
        {
            State = before.State,
            Seen = after.Seen,
            AtRest = before.AtRest && after.AtRest && ReferenceEquals(before.State, after.State),
            Variables = before.Variables,
            Table = Unchanged(before.Seen, after.Seen),
            Target = await target,
            Traffic = await traffic,
            LostSecrets = await lost,
        };
        return ([.. DriftCheck.Of(look)], after.State);
    }

    private static RouteTable? Unchanged(Observation before, Observation after)
        => before.TableCurrent && after.TableCurrent && ReferenceEquals(before.Table, after.Table) ? after.Table : null;

    /// <summary>The versions that instances would be started with again, read from their stores anew.</summary>
    private async Task<ImmutableDictionary<SecretVersion, string>> LostSecrets(DriftGround now, CancellationToken cancellation)
    {
        var lost = ImmutableDictionary.CreateBuilder<SecretVersion, string>();
        foreach (var workload in now.Workloads)
        {
            var variables = now.Variables.GetValueOrDefault(new(workload.Release.Id, workload.Service.Service.Name));
            foreach (var (name, version) in workload.Service.Secrets)
            {
                if (!lost.ContainsKey(version) && await Lost(version, variables?.GetValueOrDefault(name), workload.Terms, cancellation) is { } why)
                    lost[version] = why;
            }
        }
        return lost.ToImmutable();
    }

    private async Task<string?> Lost(SecretVersion version, string? value, Planning.ReleaseTerms terms, CancellationToken cancellation)
    {
        try
        {
            var store = ports.Secrets.Find(version.Store, terms.SecretStores, terms.SourceFolder);
            await store.Check(cancellation);
            var now = await store.Read(version, cancellation);
            return value is null || now == value ? null : "another value under the same number";
        }
        catch (SecretMissingException)
        {
            return "missing or retired";
        }
        catch (SecretStoreException fault)
        {
            return $"cannot be read: {fault.Message}";
        }
    }
}
