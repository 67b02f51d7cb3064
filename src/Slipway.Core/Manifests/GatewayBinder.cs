namespace Slipway.Core.Manifests;

/// <summary>Checks and fills where a gateway listens.</summary>
internal static class GatewayBinder
{
    public static void Check(Values values, FaultList faults)
    {
        if (values.Has("tls") != values.Has("certificates"))
            faults.Error(FaultCode.GatewayTls, values.KeyAt(values.Has("tls") ? "tls" : "certificates"), "TLS needs both an address and a folder of certificates.", "Write tls: 0.0.0.0:8443 and certificates: /etc/shop/tls, or neither.");
        else if (values.Text("certificates") is { } certificates && !certificates.StartsWith('/'))
            faults.Error(FaultCode.GatewayTls, values.KeyAt("certificates"), "The folder of the certificates is not absolute, and nobody knows where the gateway runs.", "Write its whole path, such as /etc/shop/tls.");
        if (values.Text("access_log") is { } log && !log.StartsWith('/'))
            faults.Error(FaultCode.GatewayTls, values.KeyAt("access_log"), "The file of the access log is not absolute, and nobody knows where the gateway runs.", "Write its whole path, such as /var/log/shop/access.jsonl.");
        if (values.Text("traces") is { } traces && !(Uri.TryCreate(traces, UriKind.Absolute, out var collector) && collector.Scheme is "http" or "https"))
            faults.Error(FaultCode.GatewayTls, values.KeyAt("traces"), $"'{traces}' is no address of a collector.", "Write the whole of it, such as http://127.0.0.1:4318/v1/traces.");
        if (values.Text("limits") is { } limits && !(Uri.TryCreate(limits, UriKind.Absolute, out var redis) && redis.Scheme is "redis" or "rediss" && redis.UserInfo.Length == 0))
            faults.Error(FaultCode.GatewayTls, values.KeyAt("limits"), $"'{limits}' is no address of a Redis.", "Write redis://HOST:PORT, and its password into limits_password_file.");
        if (values.Text("limits_password_file") is { } password && !password.StartsWith('/'))
            faults.Error(FaultCode.GatewayTls, values.KeyAt("limits_password_file"), "The file of the password is not absolute, and nobody knows where the gateway runs.", "Write its whole path, such as /etc/shop/redis.password.");
        if (values["protect"] is Values protection)
            RouteProtectionBinder.CheckForAll(protection, faults);
        if (values["proxy_protocol"] is true && !values.Has("trust"))
            faults.Error(FaultCode.GatewayTls, values.KeyAt("proxy_protocol"), "Without trust, nobody may say who the clients are.", "List the proxies: trust: [10.0.0.0/8]");
    }

    public static GatewayListener Bind(Values values) => ((GatewayListener)values["listen"]!) with
    {
        Tls = ((GatewayListener?)values["tls"])?.Text,
        Certificates = values.Text("certificates"),
        Trust = values.Has("trust") ? string.Join(',', values.List("trust").Cast<string>()) : null,
        AccessLog = values.Text("access_log"),
        AccessShare = values.Has("access_log") && (double)values["access_share"]! is var share and < 1 ? share : null,
        Limits = values.Text("limits"),
        LimitsPasswordFile = values.Text("limits_password_file"),
        Traces = values.Text("traces"),
        TraceShare = values.Has("traces") ? (double)values["trace_share"]! : null,
        WithoutHttp2 = values["http2"] is false,
        ClientConnections = (int?)values["client_connections"],
        ProxyProtocol = values["proxy_protocol"] is true,
    };
}
