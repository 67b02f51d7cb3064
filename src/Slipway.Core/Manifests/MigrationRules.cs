using Slipway.Core.Settings;

namespace Slipway.Core.Manifests;

/// <summary>What must hold of all that runs once and ends: jobs, migrations, seeds.</summary>
internal static class MigrationRules
{
    private const int NameLengthMax = 40;
    private static readonly string[] Local = ["local"];

    public static void Check(Values root, string[] environments, FaultList faults)
    {
        var services = root.Map("services");
        var names = new HashSet<string>(services.Length);
        foreach (var service in services)
            names.Add(service.Name);
        foreach (var service in services)
        {
            if (service.Value is not Values values)
                continue;
            CheckJob(service, values, faults);
            if (values["migrate"] is Values migration)
                CheckMigration(service, values, migration, root.Below("rollout"), faults);
            var seeds = values.List("seed");
            for (var i = 0; i < seeds.Length; i++)
                CheckSeed(service, (Values)seeds[i], environments, faults);
            CheckNames(service, values, names, faults);
        }
    }

    /// <summary>The environments that a seed fills.</summary>
    public static IEnumerable<string> Names(Values seed) => seed.Has("only") ? seed.List("only").Cast<string>() : Local;

    private static void CheckJob(NamedValue service, Values values, FaultList faults)
    {
        if (ServiceRules.KindOf(service.Name, values) == ServiceKind.Job)
            return;
        foreach (var key in (string[])["deadline", "repeatable"])
        {
            if (values.Has(key))
                faults.Error(FaultCode.OnlyJobs, values.KeyAt(key), $"'{key}' is for a job, but the service '{service.Name}' is none.", "Remove it, or write kind: job.");
        }
    }

    private static void CheckMigration(NamedValue service, Values values, Values migration, Values rollout, FaultList faults)
    {
        if (!values.Has("build"))
            faults.Error(FaultCode.MigrationWithoutBuild, values.KeyAt("migrate"), $"The service '{service.Name}' migrates without a build, so nobody would know later what was run.", "Add a build: it is then run from the artefact that was tested.");
        if (migration["compatible"] is false && rollout["strategy"] is int strategy && (Strategy)strategy != Strategy.Recreate)
            faults.Error(FaultCode.IncompatibleStrategy, migration.KeyAt("compatible"), $"The migration of '{service.Name}' is incompatible, but under this strategy the release before serves on while the new one does.", "Write strategy: recreate under rollout, or make the change in steps that both releases can work with.");
    }

    private static void CheckSeed(NamedValue service, Values seed, string[] environments, FaultList faults)
    {
        var only = seed.List("only");
        for (var i = 0; i < only.Length; i++)
        {
            var (name, at) = ((string)only[i], seed.ItemAt("only", i));
            if (Array.IndexOf(environments, name) < 0 && name is not ("local" or "ci" or "staging"))
                faults.Error(FaultCode.UnknownEnvironment, at, $"There is no environment '{name}'.", $"Known are: {string.Join(", ", environments)}.");
            else if (!SettingRules.IsPractice(name) && name != "staging")
                faults.Error(FaultCode.SeedPlace, at, $"A seed of '{service.Name}' names '{name}', whose data is no seed's to fill.", "Name local, ci or staging only; what production needs to hold belongs into a migration.");
            else if (name == "staging" && seed["data"] is int and (int)SeedData.Real)
                faults.Error(FaultCode.SeedPlace, at, $"A seed of '{service.Name}' brings real data to staging.", "Fill staging with made-up data, and say so by data: synthetic.");
        }
    }

    // They are shown, and run, as services of these names.
    private static void CheckNames(NamedValue service, Values values, HashSet<string> names, FaultList faults)
    {
        var longest = values.Has("seed") ? $"{service.Name}-seed-{values.List("seed").Length}" : $"{service.Name}-migrate";
        if ((values.Has("seed") || values.Has("migrate")) && longest.Length > NameLengthMax)
            faults.Error(FaultCode.OneOffName, service.At, $"The name '{service.Name}' is too long for a service that migrates or seeds.", $"Use {NameLengthMax - (longest.Length - service.Name.Length)} characters at most.");
        if (values.Has("migrate") && names.Contains($"{service.Name}-migrate"))
            faults.Error(FaultCode.OneOffName, values.KeyAt("migrate"), $"The migration of '{service.Name}' would have the name of the service '{service.Name}-migrate'.", "Rename that service.");
        for (var i = 1; i <= values.List("seed").Length; i++)
        {
            if (names.Contains($"{service.Name}-seed-{i}"))
                faults.Error(FaultCode.OneOffName, values.KeyAt("seed"), $"A seed of '{service.Name}' would have the name of the service '{service.Name}-seed-{i}'.", "Rename that service.");
        }
    }

    /// <summary>In the order of the table's words.</summary>
    private enum SeedData
    {
        Real,
        Synthetic,
    }
}
