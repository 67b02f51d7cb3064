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
                "slipway.yaml:8:3: error SLIP062: The setting 'MAIL_SENDER__KEY' has no value in production. Set the environment variable MAIL_SENDER__KEY.",
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

    private static (string? Value, SettingSource Source) Level(string text, Dictionary<string, string> variables, string dotEnv)
    {
        var setting = SettingsResolver.Resolve(ManifestText.Resolve(text), new() { Variables = variables, DotEnv = DotEnvFile.Read(".env", dotEnv, []) }).All[0];
        return (setting.Value, setting.Origin.Source);
    }

    private static EffectiveSettings Resolve(string environment, Dictionary<string, string> variables, string dotEnv)
        => SettingsResolver.Resolve(ManifestText.Resolve(Shop, environment), new() { Variables = variables, DotEnv = DotEnvFile.Read(".env", dotEnv, []) });
}
