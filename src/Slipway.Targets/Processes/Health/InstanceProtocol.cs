using System.Net;
using Slipway.Core.Manifests;

namespace Slipway.Targets.Processes.Health;

/// <summary>Speaks to an instance as its service says.</summary>
internal static class InstanceProtocol
{
    /// <summary>The same request, in the protocol of a service.</summary>
    public static HttpRequestMessage In(this HttpRequestMessage request, ServiceProtocol protocol)
    {
        if (protocol == ServiceProtocol.Http2)
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        return request;
    }
}
