using Slipway.ControlPlane.Callers;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.ControlPlane.Problems;

/// <summary>Every refusal of the API, with its stable code; the manual lists them.</summary>
internal static class Refusals
{
    /// <summary>The request cannot be read.</summary>
    public static Refusal Malformed(string what) => Make("SLIP400", 400, what, "Correct the request; the OpenAPI document describes it.");

    /// <summary>No token, or a wrong one.</summary>
    public static Refusal TokenMissing(bool sent) => Make(
        "SLIP401",
        401,
        sent ? "The token is not the one of this home." : "This address needs the home's token.",
        "Send the header 'Authorization: Bearer TOKEN' with what the file 'token' in the home folder holds.");

    /// <summary>Another user of this machine.</summary>
    public static Refusal ForeignUser(PeerCredentials peer)
        => Make("SLIP403", 403, $"{peer} does not own this home.", "Ask its owner, or run as its owner.");

    /// <summary>A request to a name that is not ours.</summary>
    public static Refusal ForeignHost(string? host)
        => Make("SLIP403", 403, $"The host '{Shorten(host)}' is not this machine's loopback.", "Call it as 127.0.0.1 or localhost.");

    /// <summary>A request out of somebody else's web page.</summary>
    public static Refusal ForeignOrigin()
        => Make("SLIP403", 403, "The request comes from a web page of another origin.", "Call the API from a program, not from a page.");

    /// <summary>No such path.</summary>
    public static Refusal NoSuchPath(string path)
        => Make("SLIP404", 404, $"There is nothing at {Shorten(path)}.", $"See {ApiRoutes.OpenApi} for what there is.");

    /// <summary>No such environment, rollout or release.</summary>
    public static Refusal NotFound(string what, string remedy) => Make("SLIP404", 404, what, remedy);

    /// <summary>The path does not take the method.</summary>
    public static Refusal MethodNotAllowed(string method, string path)
        => Make("SLIP405", 405, $"{Shorten(path)} does not take {Shorten(method)}.", "The Allow header lists what it takes.");

    /// <summary>Something under way forbids it.</summary>
    public static Refusal Conflict(string what, string remedy) => Make("SLIP409", 409, what, remedy);

    /// <summary>The home belongs to another application.</summary>
    public static Refusal OtherApplication(ApplicationName owner, ApplicationName asked) => Conflict(
        $"This home serves the application '{owner}', not '{asked}'.",
        "Deploy it with a home of its own: --home, or the folder .slipway beside its manifest.");

    /// <summary>The body is too long.</summary>
    public static Refusal TooLarge() => Make("SLIP413", 413, "The request's body is longer than 1 MiB.", "Send less; the manifest is read from disk.");

    /// <summary>The body is not JSON.</summary>
    public static Refusal NotJson() => Make("SLIP415", 415, "The request's body is not JSON.", "Send the header 'Content-Type: application/json'.");

    /// <summary>The manifest or the settings are refused.</summary>
    public static Refusal Faults(IReadOnlyList<Diagnostic> faults) => new(new()
    {
        Code = "SLIP422",
        Status = 422,
        Title = faults.Count == 1 ? "The manifest has a fault." : $"The manifest has {faults.Count} faults.",
        Remedy = "Correct what is listed, then deploy again.",
        Faults = [.. faults.Select(fault => fault.ToString())],
    });

    /// <summary>The request is understood but cannot be done here.</summary>
    public static Refusal CannotDo(string what, string remedy) => Make("SLIP423", 422, what, remedy);

    /// <summary>There is no such setting to rotate.</summary>
    public static Refusal NoSuchSetting(string setting, IEnumerable<string> rotated) => Make(
        "SLIP461", 422, $"The manifest declares no setting '{Shorten(setting)}'.",
        string.Join(", ", rotated) is { Length: > 0 } names ? $"Those with a rotation are: {names}." : "Declare it, with a rotation.");

    /// <summary>The setting has no rotation.</summary>
    public static Refusal NoRotationDeclared(string setting) => Make(
        "SLIP462", 422, $"The manifest does not say how {setting} is rotated.",
        "Declare it, such as rotation: keys, or rotate it by hand: slipway secrets set, deploy, then slipway secrets retire.");

    /// <summary>The setting's value does not come from a store that could keep a new one.</summary>
    public static Refusal NotFromStore(string setting, EnvironmentName environment) => Make(
        "SLIP464", 422, $"{setting} has its value in {environment} from no secret store, so that a new version would not count.",
        $"Keep it in one: store: home at its declaration, slipway secrets set {setting} -e {environment}, and deploy.");

    /// <summary>The setting is bound to one version.</summary>
    public static Refusal Pinned(string setting, int version) => Make(
        "SLIP464", 422, $"The manifest binds {setting} to the version #{version}.", $"Remove #{version} from its reference, and deploy.");

    /// <summary>Command line and control plane differ.</summary>
    public static Refusal OtherVersion(string theirs, string ours) => Make(
        "SLIP426",
        426,
        $"The caller is version {theirs}, this control plane is {ours}.",
        "End this control plane; the next command starts one of its own version. Gateways and instances go on.");

    /// <summary>Too many followers.</summary>
    public static Refusal TooManyFollowers(int most)
        => Make("SLIP429", 429, $"{most} followers are connected already.", "End one of them, or ask again later.");

    /// <summary>Our own fault.</summary>
    public static Refusal Bug() => Make("SLIP500", 500, "The control plane failed at this request.", "Its log says how; please report it.");

    /// <summary>Starting up or going down.</summary>
    public static Refusal Unavailable(string what, string remedy) => Make("SLIP503", 503, what, remedy);

    /// <summary>A standby does not do that.</summary>
    public static Refusal Standby(string leader)
        => Make("SLIP477", 503, $"This control plane stands by; {(leader.Length == 0 ? "nobody leads at this moment" : $"{leader} leads")}.", "Ask the one that leads.");

    /// <summary>Another has taken over, or may have.</summary>
    public static Refusal NoLongerLeads()
        => Make("SLIP478", 503, "This control plane no longer leads: its lease has ended.", "Ask the one that has taken over, or ask again in a few seconds.");

    /// <summary>It took too long.</summary>
    public static Refusal TimedOut() => Make("SLIP504", 504, "The request took too long.", "Ask again; what it began goes on.");

    /// <summary>A status without a text of its own.</summary>
    public static Refusal Other(int status) => Make($"SLIP{status}", status, $"The request was refused with status {status}.", "See the manual.");

    /// <summary>What a status means here, for the OpenAPI document.</summary>
    public static string MeaningOf(string status) => status switch
    {
        "400" => "The request cannot be read.",
        "401" => "No token, or another home's.",
        "403" => "Another user, a foreign host or a foreign web page.",
        "404" => "There is no such thing.",
        "409" => "What is under way forbids it.",
        "413" => "The body is too long.",
        "415" => "The body is not JSON.",
        "422" => "The manifest or the settings have faults, or it cannot be done here.",
        "426" => "The caller has another version.",
        "429" => "Too many followers.",
        "500" => "A fault of the control plane.",
        "503" => "It is still starting.",
        "507" => "The disk cannot take the journal or a secret; nothing was begun.",
        _ => "Refused.",
    };

    private static Refusal Make(string code, int status, string title, string remedy)
        => new(new() { Code = code, Status = status, Title = title, Remedy = remedy });

    private static string Shorten(string? text) => text is { Length: > 120 } ? text[..120] + "..." : text ?? "";
}
