using System.Runtime.InteropServices;

namespace Slipway.Gateway.Http;

/// <summary>The kinds of fields that are not passed on: those never are, and what a route keeps for itself besides.</summary>
/// <param name="request">Kinds that its requests lose besides, as <see cref="FieldKinds.Bit"/>.</param>
/// <param name="answer">Kinds that its answers lose besides.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly struct WithheldFields(int request, int answer)
{
    /// <summary>Those that are never passed on.</summary>
    public static int Always { get; } = ~(FieldKinds.Bit(FieldKind.Other) | FieldKinds.Bit(FieldKind.Cookie) | FieldKinds.Bit(FieldKind.Authorization)
        | FieldKinds.Bit(FieldKind.ApiKey) | FieldKinds.Bit(FieldKind.CrossOrigin));

    /// <summary>What requests lose, a bit for each kind.</summary>
    public int OfRequests => Always | request;

    /// <summary>What answers lose.</summary>
    public int OfAnswers => Always | answer;
}
