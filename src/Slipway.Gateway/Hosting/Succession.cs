using System.Net.Sockets;
using System.Text;
using Slipway.Core.Manifests;
using Slipway.Gateway.Admin;

namespace Slipway.Gateway.Hosting;

/// <summary>How one gateway takes the place of another: both ends of it, as the admin side sees them.</summary>
/// <param name="predecessor">Whose place was taken; null for nobody's.</param>
internal sealed class Succession(Predecessor? predecessor)
{
    private readonly Lock _lock = new();
    private bool _hasLeft;

    /// <summary>The sockets that can be lent.</summary>
    public required ListeningSockets Plain { get; init; }

    /// <summary>Those for TLS; null when there are none.</summary>
    public required ListeningSockets? Secure { get; init; }

    /// <summary>The clients that can be given.</summary>
    public required RestingClients Resting { get; init; }

    /// <summary>Stops taking clients and tables, gives up the home and says where it answers from now on; done once.</summary>
    public required Func<string> LetGo { get; init; }

    /// <summary>Ends the process's wait, so that it ends what it carries. Called when the successor has its answer or soon after.</summary>
    public required Action End { get; init; }

    /// <summary>Lends the listening sockets to a successor. Nothing else changes: if it ends before it takes over, nothing was lost.</summary>
    public AdminAnswer GiveSockets()
    {
        if (!OperatingSystem.IsLinux())
            return AdminAnswer.Text(501, "Sockets can be given on Linux only.");
        var secure = Secure is { } tls ? tls.All.ToArray() : [];
        return new(200, "application/json", Encoding.ASCII.GetBytes($"{{\"plain\":{Plain.All.Length},\"secure\":{secure.Length}}}"))
        {
            Descriptors = Array.ConvertAll<Socket, int>([.. Plain.All, .. secure], static one => (int)one.Handle),
        };
    }

    /// <summary>Leaves the place to a successor.</summary>
    public AdminAnswer Leave()
    {
        lock (_lock)
        {
            if (_hasLeft)
                return AdminAnswer.Text(409, "Another gateway has taken this one's place already.");
            _hasLeft = true;
            var path = LetGo();
            End();
            return new(200, "application/json", Encoding.UTF8.GetBytes($"{{\"admin\":\"{path}\"}}"));
        }
    }

    /// <summary>Gives clients that are between two requests to the successor.</summary>
    public AdminAnswer GiveClients()
    {
        lock (_lock)
        {
            if (!_hasLeft)
                return AdminAnswer.Text(409, "No gateway has taken this one's place.");
        }
        return Resting.Give();
    }

    /// <summary>Takes over, from now on, the clients of the gateway before this one; see <see cref="Predecessor.TakeClients"/>.</summary>
    public void TakeClients(Action<int> adopt) => predecessor?.TakeClients(adopt);

    /// <summary>Takes over no more.</summary>
    public void StopTakingClients() => predecessor?.StopTaking();

    /// <summary>What the gateway before this one still carries.</summary>
    public IEnumerable<(InstanceId Instance, int InFlight)> StillCarried() => predecessor?.StillCarried() ?? [];
}
