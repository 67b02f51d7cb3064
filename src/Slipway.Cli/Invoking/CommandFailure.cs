using Slipway.Core.Api;

namespace Slipway.Cli.Invoking;

/// <summary>Ends a verb with an exit code and an explanation; caught in one place, where it is printed.</summary>
internal sealed class CommandFailure(int exitCode, string what, string remedy) : Exception(what)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode => exitCode;

    /// <summary>What to do, one sentence.</summary>
    public string Remedy => remedy;

    /// <summary>The control plane's code for it; null for a failure found here.</summary>
    public string? Code { get; init; }

    /// <summary>The HTTP status of the refusal; 0 for a failure found here.</summary>
    public int Status { get; init; }

    /// <summary>Every fault found in the manifest or the settings, as printed lines.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>A refusal of the control plane, with the exit code that its status means.</summary>
    public static CommandFailure From(Problem problem) => new(ExitCodeOf(problem.Status), problem.Title, problem.Remedy)
    {
        Code = problem.Code,
        Status = problem.Status,
        Faults = problem.Faults ?? [], // Generated readers leave out the default of a value that the JSON leaves out.
    };

    /// <summary>The failure as the API would say it.</summary>
    public Problem ToProblem() => new() { Code = Code ?? "SLIP400", Title = Message, Remedy = remedy, Status = Status, Faults = Faults };

    private static int ExitCodeOf(int status) => status switch
    {
        409 => ExitCodes.No,
        400 or 404 or 405 or 413 or 422 => ExitCodes.Usage,
        _ => ExitCodes.Outside,
    };
}
