using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Gateway.Admin;
using Slipway.Gateway.Balancing;
using Slipway.Gateway.Callers;
using Slipway.Gateway.Engines;
using Slipway.Gateway.Proxying;
using Slipway.Gateway.Securing;
using Slipway.Gateway.Statistics;
using Slipway.Gateway.Tables;
using Slipway.Gateway.Wires;

namespace Slipway.Gateway.Hosting;

/// <summary>A running gateway, from its parts to its end.</summary>
internal sealed class GatewayHost : IDisposable
{
    private static readonly TimeSpan s_atRestGrace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_givenGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_leavePatience = TimeSpan.FromSeconds(10);

    private readonly GatewayOptions _options;
    private readonly GatewayLog _log;
    private readonly GatewayHome _home;
    private readonly Sweeper _sweeper = new();
    private readonly ProofSources _proofs;
    private readonly DataPlane _plane;
    private readonly TableKeeper _keeper;
    private readonly Engine[] _engines;
    private readonly ListeningSockets _listeners;
    private readonly ListeningSockets? _secureListeners;
    private Timer? _certificatesTimer;
    private readonly RestingClients _resting;
    private readonly Succession _succession;
    private readonly List<AdminServer> _admins = [];
    private bool _hasLeft;

    /// <summary>Takes the home, loads the table and begins to listen.</summary>
    /// <param name="options">What the command line asks for.</param>
    /// <param name="log">Where it says what happens.</param>
    /// <param name="end">Is called when another gateway has taken this one's place.</param>
    /// <exception cref="HomeTakenException">Another gateway runs there.</exception>
    /// <exception cref="SocketException">An address cannot be listened on.</exception>
    /// <exception cref="IOException">The home cannot be used.</exception>
    public GatewayHost(GatewayOptions options, GatewayLog log, Action end)
    {
        _options = options;
        _log = log;
        var given = (Plain: Array.Empty<Socket>(), Secure: Array.Empty<Socket>());
        var predecessor = options.Upgrades ? Predecessor.Find(options.Home, out given) : null;
        var book = new TrafficBook();
        _engines = StartEngines();
        _proofs = new(options.Home, log);
        var tables = new LiveTables(book, _sweeper, _proofs, new(options.Home), log, _engines.Length);
        _sweeper.Add(tables);
        _sweeper.Add(SlabPool.Small);
        _sweeper.Add(SlabPool.Large);
        _plane = new(tables, book, _sweeper, log, options.Deadlines, _engines.Length)
        {
            ConnectionsMax = options.ConnectionsMax,
            SpeaksHttp2 = options.SpeaksHttp2,
            Counts = new(options.ClientConnectionsMax),
            AccessLog = options.AccessLog is { } path ? new(path, options.AccessShare) : null,
            SharedLimits = options.SharedLimits is { } place ? new(place, options.SharedLimitsPassword is { } file ? File.ReadAllText(file).Trim() : null, log) : null,
            Traces = options.Traces is { } collector ? new(collector, options.TraceShare, log) : null,
            Trusted = options.Trusted,
            UsesProxyHeaders = options.UsesProxyHeaders,
        };
        _resting = new(_plane);
        // Everything that can fail or take time comes before the other gateway leaves.
        if (predecessor is not null)
        {
            LoadCertificates();
            predecessor.Leave();
        }
        _home = GatewayHome.Take(options.Home, predecessor is null ? TimeSpan.Zero : s_leavePatience);
        try
        {
            _keeper = new(tables, new(options.Home, log), log);
            _keeper.Load();
            _listeners = given.Plain.Length > 0 ? new(given.Plain) : Listen();
            if (options.Tls is { } tls)
            {
                _secureListeners = Fits(given.Secure, tls) ? new(given.Secure) : ListeningSockets.Open(tls, _engines.Length);
            }
            _succession = new(predecessor) { Plain = _listeners, Secure = _secureListeners, Resting = _resting, LetGo = LetGo, End = end };
        }
        catch
        {
            _home.Dispose();
            throw;
        }
    }

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Address => _listeners.Address;

    /// <summary>Serves; returns once clients can connect, the record is written and the admin socket answers.</summary>
    public void Start()
    {
        _sweeper.Start();
        var address = _listeners.Address;
        _plane.Authority = Encoding.ASCII.GetBytes(address.ToString());
        Accept(_listeners, _plane.Take);
        TakeClientsOver();
        // Those who come by TLS wait in their queue meanwhile; reading certificates takes longer than the whole rest of a start.
        LoadCertificates();
        if (_secureListeners is { } secure)
            Accept(secure, _plane.TakeSecure);
        OpenAdmin();
        var version = typeof(GatewayHost).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
        var tls = _secureListeners?.Address.ToString();
        _home.Write(new(Environment.ProcessId, GatewayHome.StartTimeTicks(), address.Address.ToString(), address.Port, _home.AdminPath, version) { Tls = tls, Options = _options.Others });
        _log.Info("the gateway listens", ("address", address.ToString()), ("tls", tls), ("admin", _home.AdminPath), ("version", version));
    }

    /// <summary>
    /// Ends: takes no more clients, lets requests finish and says on their answers that the connection closes; connections
    /// at rest get a moment in which a request that is on its way still finds them open, or the gateway that takes this one's place
    /// takes them over.
    /// </summary>
    public async Task StopAsync()
    {
        var end = Deadlines.After(_options.Deadlines.Drain);
        var rest = Math.Min(end, Deadlines.After(_hasLeft ? s_givenGrace : s_atRestGrace));
        _plane.BeginDrain();
        if (!_hasLeft)
        {
            await _listeners.EmptyAsync();
            if (_secureListeners is { } secure)
                await secure.EmptyAsync();
        }
        foreach (var engine in _engines)
            engine.StopAccepting();
        _listeners.Dispose();
        _secureListeners?.Dispose();
        _certificatesTimer?.Dispose();
        _log.Info("the gateway drains", ("connections", $"{_plane.Book.Connections}"));
        while ((_plane.Book.Connections > 0 || _resting.AreOnTheWay) && Environment.TickCount64 < end)
        {
            if (Environment.TickCount64 >= rest)
            {
                foreach (var client in _plane.Clients())
                    client.CloseAtRest();
            }
            await Task.Delay(20);
        }
        _succession.StopTakingClients();
        var left = _plane.Clients();
        foreach (var client in left)
            client.Wire.Reset();
        if (left.Length > 0)
            _log.Warn("connections were cut off at the end of the drain", ("connections", $"{left.Length}"));
        foreach (var admin in _admins)
            admin.Stop();
        foreach (var engine in _engines.OfType<EpollEngine>())
            engine.Dispose();
        _sweeper.Stop();
        _proofs.Dispose();
        _plane.SharedLimits?.Dispose();
        _plane.Traces?.Dispose();
        _plane.AccessLog?.Dispose();
        _log.Info("the gateway has ended");
    }

    /// <summary>Gives the home back.</summary>
    public void Dispose()
    {
        var path = _hasLeft ? _home.LeavingPath : _home.AdminPath;
        if (File.Exists(path))
            File.Delete(path);
        _home.Dispose();
    }

    private void LoadCertificates()
    {
        if (_options.Certificates is not { } folder || _plane.Certificates is not null)
            return;
        _plane.Certificates = new(folder, _options.SpeaksHttp2, _log);
        _certificatesTimer = new(_ => _plane.Certificates.Look(), null, Certificates.Period, Certificates.Period);
    }

    private static bool Fits(Socket[] given, IPEndPoint asked)
        => given is [{ LocalEndPoint: IPEndPoint address }, ..] && address.Address.Equals(asked.Address) && (asked.Port == 0 || asked.Port == address.Port);

    // Every socket is listened to, and every engine has one, even where a gateway before this one had fewer or more of them.
    private void Accept(ListeningSockets listeners, ClientTaker take)
    {
        for (var i = 0; i < Math.Max(_engines.Length, listeners.All.Length); i++)
            _engines[i % _engines.Length].Accept(listeners.All[i % listeners.All.Length], take, _plane.LogNotTaken);
    }

    // Where they begin with a PROXY header, who the client is was said on the connection's first line, to the other gateway.
    private void TakeClientsOver()
    {
        var engines = _engines.OfType<EpollEngine>().ToArray();
        if (engines.Length == 0 || _options.UsesProxyHeaders)
            return;
        var turn = 0;
        _succession.TakeClients(descriptor => engines[turn++ % engines.Length].Adopt(descriptor, _plane.TakeOver));
    }

    /// <summary>Makes room for another gateway; see <see cref="Succession.LetGo"/>.</summary>
    private string LetGo()
    {
        _hasLeft = true;
        _keeper.Close();
        foreach (var engine in _engines)
            engine.StopAccepting();
        var path = _home.LeavingPath;
        var leaving = Serve(path);
        foreach (var admin in _admins)
        {
            admin.Stop();
            admin.EndAtRest();
        }
        _admins.Clear();
        _admins.Add(leaving);
        _log.Info("another gateway takes this one's place", ("admin", path));
        _home.Dispose();
        return path;
    }

    // One for each core where the system has epoll; SLIPWAY_GATEWAY_EPOLL=0 is the way back to the framework's sockets.
    private Engine[] StartEngines()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable("SLIPWAY_GATEWAY_EPOLL") == "0")
            return [new SocketEngine { Index = 0 }];
        var engines = new EpollEngine[_options.Engines];
        for (var i = 0; i < engines.Length; i++)
        {
            engines[i] = new(_sweeper) { Index = i };
            engines[i].Start();
        }
        return engines;
    }

    private ListeningSockets Listen()
    {
        var asked = _options.Listen;
        var last = asked.Port == 0 ? _home.LastPort() : 0;
        if (last != 0)
        {
            try
            {
                return ListeningSockets.Open(new(asked.Address, last), _engines.Length);
            }
            catch (SocketException e)
            {
                _log.Warn("the port of the last start cannot be had again", ("port", $"{last}"), ("fault", e.SocketErrorCode.ToString()));
            }
        }
        return ListeningSockets.Open(asked, _engines.Length);
    }

    private void OpenAdmin()
    {
        _admins.Add(Serve(_home.AdminPath));
        if (_options.Metrics is { } metrics)
        {
            var listener = new Socket(metrics.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(metrics);
            listener.Listen(64);
            var admin = new AdminServer(listener, "metrics", new AdminRoutes(_keeper, _plane, _succession).AnswerMetrics, _log);
            admin.Start();
            _admins.Add(admin);
        }
    }

    private AdminServer Serve(string path)
    {
        if (File.Exists(path))
            File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        socket.Listen(64);
        var admin = new AdminServer(socket, "admin", new AdminRoutes(_keeper, _plane, _succession).Answer, _log);
        admin.Start();
        return admin;
    }
}
