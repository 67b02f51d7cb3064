using Spectre.Console;

namespace Slipway.Cli.Output;

/// <summary>The colours of the words that say how something is.</summary>
internal static class StateColours
{
    /// <summary>The style of a word; plain for all that says nothing about a state.</summary>
    public static Style Of(string word) => word switch
    {
        "ready" or "live" or "pass" or "promoted" or "done" or "ok" or "finished" or "yes" => new Style(Color.Green),
        "fail" or "failed" or "rolled-back" or "rolling-back" or "aborted" or "not-ready" or "no" => new Style(Color.Red),
        "inconclusive" or "waiting" or "paused" or "queued" or "starting" or "backing-off" or "stopping" => new Style(Color.Yellow),
        "guarding" or "baking" or "building" or "proving" or "rolling-out" or "migrating" or "running" or "handing-over" => new Style(Color.Aqua),
        _ => Style.Plain,
    };
}
