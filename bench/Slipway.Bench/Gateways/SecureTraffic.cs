using System.Net.Security;
using System.Net.Sockets;

namespace Slipway.Bench.Gateways;

/// <summary>Requests by TLS, one after another, each with a handshake of its own.</summary>
internal sealed class SecureTraffic : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Thread _thread;
    private readonly int _port;
    private long _asked;
    private long _lost;
    private volatile string _serial = "";

    public SecureTraffic(int port)
    {
        _port = port;
        _thread = new Thread(Run) { IsBackground = true, Name = "secure" };
        _thread.Start();
    }

    /// <summary>Waits until another certificate is shown than now.</summary>
    public async Task SeesNewCertificate(CancellationToken stop)
    {
        var before = _serial;
        while (_serial == before || before.Length == 0)
        {
            before = before.Length == 0 ? _serial : before;
            await Task.Delay(20, stop);
        }
    }

    public (long Asked, long Lost) End()
    {
        _end.Cancel();
        _thread.Join();
        return (_asked, _lost);
    }

    public void Dispose()
    {
        End();
        _end.Dispose();
    }

    private void Run()
    {
        var answer = new byte[4096];
        while (!_end.IsCancellationRequested)
        {
            _asked++;
            try
            {
                using var client = new TcpClient("127.0.0.1", _port);
                // The certificate is made for the measurement; which one comes is what is looked at.
                using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, static (_, certificate, _, _) => certificate is not null);
                tls.AuthenticateAsClient("localhost");
                _serial = tls.RemoteCertificate!.GetSerialNumberString();
                tls.Write("GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8);
                if (tls.Read(answer) < 12 || !answer.AsSpan().StartsWith("HTTP/1.1 200"u8))
                    _lost++;
            }
            catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                _lost++;
            }
        }
    }
}
