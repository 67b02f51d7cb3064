using Slipway.Core.Settings;

namespace Slipway.Releases.Rotations;

/// <summary>Two roles of a database that take turns.</summary>
internal static class DatabaseRoles
{
    /// <summary>The role that a connection string does not use; null when it uses neither.</summary>
    public static string? Idle(RotationPlan plan, string connection)
    {
        var roles = plan.Rotation.Roles;
        return Array.IndexOf([.. roles], DatabaseLogin.UserOf(connection)) switch
        {
            0 => roles[1],
            1 => roles[0],
            _ => null,
        };
    }
}
