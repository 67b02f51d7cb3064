using Slipway.Core.Settings;
using Slipway.Core.Tests.Manifests;

namespace Slipway.Core.Tests.Settings;

public sealed class SettingsResolverTests
{
    private const string Shop = """
        app: shop
        services:
          api: { run: ./api }
          mail-sender: { run: ./mail }
        settings:
          LEVEL: { type: enum, choices: [low, high], default: low }
          API__URL: { type: url, required: [staging, production] }
          MAIL_SENDER__KEY: { secret: true, required: [local, production] }
          OTHER__COUNT: { type: integer }
          FAULT: { only: [local, ci] }
        environments:
          ci: {}
          staging: { settings: { API__URL: https://staging.example.org, LEVEL: high } }
          production: {}
        """;

    [Fact]
    public void A_variable_wins_over_the_file_over_the_environment_over_the_default()
    {
        var text = Shop.Replace("  ci: {}", "  local: { settings: { LEVEL: high } }");
        Assert.Equal(("low", SettingSource.Variable), Level(text, new() { ["LEVEL"] = "low" }, "LEVEL=high"));
        Assert.Equal(("low", SettingSource.DotEnv), Level(text, [], "LEVEL=low"));
        Assert.Equal(("high", SettingSource.Environment), Level(text, [], ""));
        Assert.Equal(("low", SettingSource.Default), Level(Shop, [], ""));
        Assert.Equal(("low", SettingSource.Default), Level(Shop, new() { ["LEVEL"] = "" }, ""));
    }

    [Fact]
    public void What_a_value_overrode_is_known()
    {
        var setting = Resolve("local", new() { ["LEVEL"] = "high" }, "LEVEL=high").All[0];
        Assert.Equal([SettingSource.DotEnv, SettingSource.Default], setting.Overrode.Select(origin => origin.Source));
    }

    [Fact]
    public void Defaults_and_the_file_do_not_count_in_production()
    {
        var settings = Resolve("production", new() { ["API__URL"] = "https://a.example.org", ["MAIL_SENDER__KEY"] = "k" }, "LEVEL=high");
        Assert.Empty(settings.Faults);
        Assert.Null(settings.All[0].Value);
    }

    [Fact]
    public void Everything_missing_is_listed_at_once()
    {
        var settings = Resolve("production", [], "");
        Assert.False(settings.IsUsable);
        Assert.Equal(
            [
                "slipway.yaml:7:3: error SLIP062: The setting 'API__URL' has no value in production. Set the environment variable API__URL, or give it under environments: production: settings.",
                "slipway.yaml:8:3: error SLIP062: The setting 'MAIL_SENDER__KEY' has no value in production. Set the environment variable MAIL_SENDER__KEY, or refer to a stored one under environments: production: settings: MAIL_SENDER__KEY: secret://home/MAIL_SENDER__KEY",
            ],
            settings.Faults.Select(fault => fault.ToString()));
    }

    [Fact]
    public void A_value_of_the_wrong_type_names_where_it_comes_from()
    {
        var settings = Resolve("local", new() { ["LEVEL"] = "medium" }, "\nOTHER__COUNT=many\nMAIL_SENDER__KEY=k");
        Assert.Equal(
            [
                "slipway.yaml:6:3: error SLIP061: The setting 'LEVEL', from the environment variable, must be one of low, high, not 'medium'. Set it to a value such as low.",
                ".env:2:1: error SLIP061: The setting 'OTHER__COUNT', from the file .env, must be a whole number, not 'many'. Set it to a value such as 10.",
            ],
            settings.Faults.Select(fault => fault.ToString()));
    }

    [Fact]
    public void A_setting_for_drills_is_refused_in_production()
    {
        var settings = Resolve("staging", new() { ["FAULT"] = "crash" }, "");
        Assert.Equal(
            "slipway.yaml:10:3: error SLIP063: The setting 'FAULT' may not have a value in staging, but the environment variable gives one. Remove it there; it is for local, ci only.",
            Assert.Single(settings.Faults).ToString());
    }

    [Fact]
    public void A_service_sees_its_own_settings_and_those_of_all_but_never_those_of_another()
    {
        var variables = new Dictionary<string, string> { ["API__URL"] = "http://a", ["MAIL_SENDER__KEY"] = "k", ["OTHER__COUNT"] = "1" };
        var shop = ManifestText.Resolve(Shop);
        var settings = SettingsResolver.Resolve(shop, new() { Variables = variables });
        Assert.Equal(["API__URL", "LEVEL", "OTHER__COUNT"], settings.For(shop.Services[0].Name).Keys.Order());
        Assert.Equal(["LEVEL", "MAIL_SENDER__KEY", "OTHER__COUNT"], settings.For(shop.Services[1].Name).Keys.Order());
    }

    [Fact]
    public void A_secret_is_never_shown()
    {
        var settings = Resolve("local", new() { ["MAIL_SENDER__KEY"] = "tr0ub4dor" }, "");
        Assert.DoesNotContain("tr0ub4dor", settings.All[2].ToString());
        Assert.Equal("********", settings.All[2].Shown);
    }

    private const string Open = """
        app: open
        services: { api: { run: ./api } }
        settings:
          DB: postgres
          PEM: pem
          KEYS: jwks
          ADDRESS: url
          TEXT: string
        environments: { production: {} }
        """;

    [Theory]
    [InlineData("DB", "postgres://u:tr0ub4dor@db/x")]
    [InlineData("DB", "postgres://u:tr0ub4dor@db:1:2/x")]
    [InlineData("PEM", "-----BEGIN PRIVATE KEY-----\ntr0ub4dor\n-----END PRIVATE KEY-----")]
    [InlineData("KEYS", """{"keys":[{"kty":"oct","kid":"1","k":"tr0ub4dor"}]}""")]
    [InlineData("ADDRESS", "https://u:tr0ub4dor@a.example.org")]
    [InlineData("TEXT", "amqp://u:tr0ub4dor@q")]
    public void A_value_that_grants_access_is_hidden_and_refused_although_nothing_declares_it_a_secret(string name, string value)
    {
        var settings = SettingsResolver.Resolve(ManifestText.Resolve(Open, "production"), new() { Variables = new Dictionary<string, string> { [name] = value } });
        Assert.Contains(settings.Faults, fault => fault.ToString().Contains($"error SLIP081: The value of '{name}', from the environment variable, holds a password or a private key"));
        Assert.DoesNotContain("tr0ub4dor", string.Join('\n', settings.Faults.Select(fault => fault.ToString()).Concat(settings.All.Select(setting => setting.Shown))));
        var local = SettingsResolver.Resolve(ManifestText.Resolve(Open, "local"), new() { Variables = new Dictionary<string, string> { [name] = value } });
        Assert.Contains(local.Faults, fault => fault.ToString().Contains("warning SLIP081"));
    }

    [Theory]
    [InlineData("DB", "postgres://db/x")]
    [InlineData("ADDRESS", "https://a.example.org/@me?q=x")]
    [InlineData("TEXT", "who@example.org")]
    public void What_grants_nothing_is_shown(string name, string value)
    {
        var settings = SettingsResolver.Resolve(ManifestText.Resolve(Open, "production"), new() { Variables = new Dictionary<string, string> { [name] = value } });
        Assert.Empty(settings.Faults);
        Assert.Contains(value, settings.All.Select(setting => setting.Shown));
    }

    [Fact]
    public void A_wrong_value_is_told_on_one_line_and_not_at_length_and_no_remedy_is_wrong_itself()
    {
        var settings = OfBank("production", new() { ["API__USER"] = "mary\u001b[2J\nerror" + new string('x', 5000), ["API__LIMIT"] = "5" });
        var fault = Assert.Single(settings.Faults).ToString();
        Assert.Contains("not 'mary [2J error", fault);
        Assert.True(fault.Length < 300, fault);
        Assert.EndsWith("Set it to a value such as text.", fault);
        var pattern = SettingsResolver.Resolve(ManifestText.Resolve(Bank.Replace("range: 2..8", "pattern: '[0-9]+'"), "production"), new() { Variables = new Dictionary<string, string> { ["API__USER"] = "x", ["API__LIMIT"] = "5" } });
        Assert.EndsWith("not 'x'. Correct it.", Assert.Single(pattern.Faults).ToString());
    }

    [Fact]
    public void A_service_that_starts_alone_is_asked_for_its_own_settings_and_rules_only()
    {
        var bank = ManifestText.Resolve(Bank.Replace("rules: [", "rules: [\"exactly one of API__USER, DB\", "), "production");
        var settings = SettingsResolver.Resolve(bank, new() { Variables = new Dictionary<string, string> { ["API__USER"] = "m" } }, bank.Services[1].Name);
        Assert.Empty(settings.Faults);
        Assert.Equal(["DB"], settings.All.Select(setting => setting.Setting.Name));
    }

    [Fact]
    public void Names_in_stores_that_something_else_fills_are_taken_as_they_stand()
    {
        var text = Bank.Replace("rules:", "secrets: { files: { kind: mounted, folder: /x }, vars: { kind: environment, prefix: X_ }, team: { kind: encrypted, file: t } }\nrules:");
        foreach (var (store, reference) in new[] { ("files", "secret://files/API__KEY"), ("vars", "secret://vars/API__KEY"), ("team", "secret://team/production/API__KEY"), ("mounted", "secret://mounted/API__KEY") })
        {
            var application = ManifestText.Resolve(text.Replace("store: home", $"store: {store}"), "production");
            Assert.Equal(reference, SettingsResolver.Resolve(application, new() { Variables = new Dictionary<string, string>() }).All[0].Reference?.ToString());
        }
    }

    private const string Bank = """
        app: bank
        services: { api: { run: ./api }, worker: { run: ./work } }
        settings:
          API__KEY: { secret: true, formerly: [API__TOKEN], store: home }
          API__USER: { type: string, range: 2..8 }
          API__LIMIT: { type: integer, range: 1..100, default: 10, safe: [ci] }
          DB: { type: postgres, secret: true, services: [worker], default: "postgres://bank:bank@db/bank", safe: [local] }
        rules: [API__USER requires API__LIMIT]
        environments: { ci: {}, production: { settings: { DB: "secret://home/DB#2" } } }
        """;

    [Fact]
    public void A_secret_with_a_store_is_a_reference_under_its_environments_name()
    {
        var settings = OfBank("production", []);
        Assert.Equal("secret://home/production/API__KEY", settings.All[0].Reference?.ToString());
        Assert.Equal("secret://home/production/DB#2", settings.All[3].Reference?.ToString());
        Assert.Null(settings.All[3].Value);
        Assert.Equal("secret://home/production/DB#2", settings.All[3].Shown);
    }

    [Fact]
    public void A_default_counts_only_where_it_is_safe()
    {
        Assert.Equal("10", OfBank("ci", []).All[2].Value);
        Assert.Null(OfBank("local", []).All[2].Value);
        Assert.NotNull(OfBank("local", []).All[3].Value);
        Assert.Null(OfBank("ci", []).All[3].Value);
    }

    [Fact]
    public void A_value_under_a_former_name_counts_with_a_warning()
    {
        var settings = OfBank("production", new() { ["API__TOKEN"] = "tr0ub4dor" });
        Assert.Equal("tr0ub4dor", settings.All[0].Value);
        Assert.Equal("slipway.yaml:4:3: warning SLIP073: API__TOKEN is a former name of API__KEY. Set API__KEY instead.", Assert.Single(settings.Faults).ToString());
        Assert.True(settings.IsUsable);
    }

    [Fact]
    public void A_variable_with_the_applications_prefix_that_is_no_setting_is_told_with_the_nearest_name()
    {
        var settings = OfBank("production", new() { ["API__LIMITS"] = "5", ["API__KEY_FILE"] = "x", ["PATH"] = "/bin" });
        Assert.Equal("slipway.yaml: warning SLIP074: The variable API__LIMITS looks like a setting, but none is declared by that name. Did you mean API__LIMIT?", Assert.Single(settings.Faults).ToString());
    }

    [Fact]
    public void A_rule_that_does_not_hold_is_told_with_its_place()
    {
        var fault = Assert.Single(OfBank("production", new() { ["API__USER"] = "mary" }).Faults).ToString();
        Assert.Equal("slipway.yaml:8:9: error SLIP072: In production, API__USER has a value, so API__LIMIT needs one too. Give API__LIMIT a value, or take that of API__USER away.", fault);
    }

    [Fact]
    public void A_file_counts_as_the_variable_and_both_are_one_too_many()
    {
        var inputs = new SettingInputs { Variables = new Dictionary<string, string>(), Files = new Dictionary<string, string> { ["API__KEY"] = "from-a-file" } };
        var setting = SettingsResolver.Resolve(ManifestText.Resolve(Bank, "production"), inputs).All[0];
        Assert.Equal(("from-a-file", "API__KEY_FILE"), (setting.Value, setting.Origin.Name));
        var both = SettingsResolver.Resolve(ManifestText.Resolve(Bank, "production"), inputs with { Variables = new Dictionary<string, string> { ["API__KEY"] = "x" } });
        Assert.Equal("slipway.yaml:4:3: error SLIP075: API__KEY and API__KEY_FILE are both set. Keep one of the two.", Assert.Single(both.Faults).ToString());
    }

    [Fact]
    public void The_value_of_a_reference_is_held_against_its_type_and_never_shown()
    {
        var settings = SettingsResolver.WithSecrets(OfBank("production", []), new Dictionary<string, string>
        {
            ["secret://home/production/API__KEY"] = "k3y",
            ["secret://home/production/DB#2"] = "mysql://hunter2@db",
        });
        Assert.Equal("k3y", settings.All[0].Value);
        var fault = Assert.Single(settings.Faults).ToString();
        Assert.Contains("DB', from secret://home/production/DB#2, must be a PostgreSQL connection string", fault);
        Assert.DoesNotContain("hunter2", fault);
    }

    private static EffectiveSettings OfBank(string environment, Dictionary<string, string> variables)
        => SettingsResolver.Resolve(ManifestText.Resolve(Bank, environment), new() { Variables = variables });

    private static (string? Value, SettingSource Source) Level(string text, Dictionary<string, string> variables, string dotEnv)
    {
        var setting = SettingsResolver.Resolve(ManifestText.Resolve(text), new() { Variables = variables, DotEnv = DotEnvFile.Read(".env", dotEnv, []) }).All[0];
        return (setting.Value, setting.Origin.Source);
    }

    private static EffectiveSettings Resolve(string environment, Dictionary<string, string> variables, string dotEnv)
        => SettingsResolver.Resolve(ManifestText.Resolve(Shop, environment), new() { Variables = variables, DotEnv = DotEnvFile.Read(".env", dotEnv, []) });
}
