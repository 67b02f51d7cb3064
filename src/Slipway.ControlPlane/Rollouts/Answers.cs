using Slipway.ControlPlane.Problems;
using Slipway.Core.Api;
using Slipway.Releases;

namespace Slipway.ControlPlane.Rollouts;

/// <summary>The engine's answers, as the API gives them.</summary>
internal static class Answers
{
    /// <summary>
    /// A refusal with its status: what is not there is 404, what the disk refuses is 507, and everything else is a conflict
    /// with what is under way.
    /// </summary>
    public static Refusal AsRefusal(this CommandAnswer.Refused refused)
    {
        var status = refused.Code switch
        {
            "SLIP455" or "SLIP468" => 404,
            "SLIP464" => 422,
            "SLIP453" or "SLIP458" or "SLIP459" => 507,
            _ => 409,
        };
        return new(new() { Code = refused.Code, Status = status, Title = refused.Reason, Remedy = refused.Remedy });
    }

    /// <summary>The answer in one sentence, for the log.</summary>
    public static string Sentence(this CommandAnswer answer) => answer switch
    {
        CommandAnswer.Accepted accepted => accepted.Message,
        CommandAnswer.Unchanged unchanged => unchanged.Message,
        CommandAnswer.Refused refused => $"{refused.Code}: {refused.Reason}",
        _ => "",
    };

    /// <summary>An accepted command, with its rollout as it is now.</summary>
    public static DeployAnswer AsAnswer(this CommandAnswer.Accepted accepted, ReleaseEngine engine)
        => new(accepted.Rollout is { } id ? engine.Rollout(id) : null, accepted.Message);
}
