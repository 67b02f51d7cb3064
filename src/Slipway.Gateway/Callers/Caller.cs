using System.Text;

namespace Slipway.Gateway.Callers;

/// <summary>Who a request proved to come from.</summary>
internal sealed class Caller
{
    private readonly string[] _roles;

    /// <summary>Makes one.</summary>
    /// <param name="name">Its name, or the subject of its token; any text.</param>
    /// <param name="roles">What it may be asked for.</param>
    public Caller(string name, string[] roles)
    {
        Name = Visible(name);
        _roles = roles;
        Roles = Visible(string.Join(',', roles));
    }

    /// <summary>The name as the application is told it, in visible ASCII.</summary>
    public byte[] Name { get; }

    /// <summary>The roles likewise, parted by commas; empty for none.</summary>
    public byte[] Roles { get; }

    /// <summary>Whether it has one of these.</summary>
    public bool HasAny(string[] roles) => Array.Exists(roles, role => Array.IndexOf(_roles, role) >= 0);

    // What a field cannot carry is escaped and not left out: two names must not become one.
    private static byte[] Visible(string text)
        => Encoding.ASCII.GetBytes(text.AsSpan().ContainsAnyExceptInRange('!', '~') || text.Contains('%', StringComparison.Ordinal) ? Uri.EscapeDataString(text) : text);
}
