using System.Reflection;
using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

/// <summary>The codes that the code knows.</summary>
internal static class FaultCodes
{
    public static IEnumerable<string> All
        => typeof(FaultCode).GetFields(BindingFlags.Public | BindingFlags.Static).Select(code => (string)code.GetRawConstantValue()!);
}
