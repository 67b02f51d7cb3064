using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Courier.Operations;

/// <summary>
/// Reads settings and collects what is wrong with them, by the name of the variable, so that people find it; an empty value
/// counts as none. .NET reads <c>COURIER__WORKERS</c> as the key <c>COURIER:WORKERS</c>.
/// </summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> _faults = [];

    public IReadOnlyList<string> Faults => _faults;

    public void Add(string fault) => _faults.Add(fault);

    public IPAddress Address(string name, IPAddress fallback)
    {
        if (Get(name) is not { } text)
            return fallback;
        if (text == "localhost")
            return IPAddress.Loopback;
        if (IPAddress.TryParse(text, out var address))
            return address;
        Add($"{name} is '{text}'; it must be an IP address such as 127.0.0.1 or 0.0.0.0.");
        return fallback;
    }

    public int Number(string name, int fallback, int min, int max)
    {
        if (Get(name) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Add($"{name} is '{text}'; it must be a whole number from {min} to {max}.");
        return fallback;
    }

    public long Counter(string name)
    {
        if (Get(name) is not { } text)
            return 0;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number;
        Add($"{name} is '{text}'; it must be a whole number.");
        return 0;
    }

    public TimeSpan Duration(string name, string fallback, string min, string max)
    {
        var text = Get(name) ?? fallback;
        if (Parse(text) is { } duration && duration >= Parse(min) && duration <= Parse(max))
            return duration;
        Add($"{name} is '{text}'; it must be a duration from {min} to {max}, such as {fallback}.");
        return Parse(fallback)!.Value;
    }

    public string Choice(string name, string fallback, params ReadOnlySpan<string> choices)
    {
        var text = Get(name) ?? fallback;
        if (choices.Contains(text))
            return text;
        Add($"{name} is '{text}'; it must be one of {string.Join(", ", choices!)}.");
        return fallback;
    }

    public string DatabasePath(string name, Identity identity)
    {
        if (Get(name) is { } path)
        {
            // Each instance may have a working folder of its own, and then each would make a database of its own.
            if (identity.Release is not null && !Path.IsPathRooted(path))
                Add($"{name} is '{path}'; under Slipway it must be an absolute path, the same one for every service.");
            return Path.GetFullPath(path);
        }

        if (!identity.IsForDrills)
            Add($"{name} is not set; outside local and ci it must be the absolute path of the database.");
        // Slipway gives each environment a folder that outlives releases, and that `slipway reset` deletes.
        if (Get("SLIPWAY_DATA") is { } kept)
            return Path.Combine(kept, "courier.db");
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "courier", identity.Environment, "courier.db");
    }

    public IReadOnlyList<SigningKey> SigningKeys(string name)
    {
        try
        {
            return Get(name) is { } text ? SigningKey.Read(text) : [];
        }
        catch (FormatException fault)
        {
            Add($"{name} cannot be used. {fault.Message}");
            return [];
        }
    }

    public Fault Drill(string name, Identity identity)
    {
        var text = Get(name) ?? "none";
        if (Fault.Parse(text) is not { } fault)
        {
            Add($"{name} is '{text}'; it must be one of {Fault.Forms}.");
            return new Fault.None();
        }

        if (fault is not Fault.None && !identity.IsForDrills)
            Add($"{name} is '{text}', but drills are allowed in local and ci only, not in {identity.Environment}. Remove it.");
        return fault;
    }

    public string? Get(string name)
        => configuration[name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] is { Length: > 0 } value ? value : null;

    private static TimeSpan? Parse(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;
        return text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            "d" when number < 1_000_000 => TimeSpan.FromDays(number),
            _ => null,
        };
    }
}
