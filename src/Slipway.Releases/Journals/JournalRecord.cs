using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Slipway.Core.Api;
using Slipway.Core.Manifests;

namespace Slipway.Releases.Journals;

/// <summary>A record as it is stored: text in every field, so that what is hashed is what lies on the disk.</summary>
/// <param name="Sequence">Its number, from 1, without gaps.</param>
/// <param name="At">UTC, <c>2026-01-31T12:34:56.1234567Z</c>.</param>
/// <param name="Environment">The environment; null for none.</param>
/// <param name="Rollout">The rollout; null for none.</param>
/// <param name="Kind">The event's stable name.</param>
/// <param name="Actor">Who caused it.</param>
/// <param name="Body">The event as JSON.</param>
/// <param name="Previous">The hash of the record before; 64 zeros for the first.</param>
/// <param name="Hash">Its own hash, 64 lower-case hexadecimal digits.</param>
public sealed record StoredRecord(
    long Sequence, string At, string? Environment, string? Rollout, string Kind, string Actor, string Body, string Previous, string Hash)
{
    /// <summary>The hash before the first record.</summary>
    public static readonly string NoHash = new('0', 64);

    /// <summary>
    /// The hash that the record should have: SHA-256 over the ASCII text <c>slipway-journal-1</c>, the sequence as 8 bytes
    /// big-endian, and then each other field but the hash, in the order above, as its length in UTF-8 bytes (4 bytes
    /// big-endian; all ones for null) followed by these bytes. Lengths in front make the form unambiguous.
    /// </summary>
    public string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("slipway-journal-1"u8);
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, Sequence);
        hash.AppendData(number);
        foreach (var field in (ReadOnlySpan<string?>)[At, Environment, Rollout, Kind, Actor, Body, Previous])
        {
            var bytes = field is null ? [] : Encoding.UTF8.GetBytes(field);
            BinaryPrimitives.WriteUInt32BigEndian(number, field is null ? uint.MaxValue : (uint)bytes.Length);
            hash.AppendData(number[..4]);
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>A record of the journal, read.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="At">When it was written.</param>
/// <param name="Environment">The environment; null for none.</param>
/// <param name="Rollout">The rollout; null for none.</param>
/// <param name="Actor">Who caused it.</param>
/// <param name="Event">What happened.</param>
/// <param name="Hash">Its hash.</param>
public sealed record JournalRecord(
    long Sequence, DateTimeOffset At, EnvironmentName? Environment, RolloutId? Rollout, string Actor, JournalEvent Event, string Hash)
{
    /// <summary>The record as the API shows it.</summary>
    public EventView View() => new(Sequence, At, Environment, Rollout, Event.Kind, Actor, Event.What, Hash);
}

/// <summary>The last record that was written, kept apart from the records so that a cut-off end is noticed.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Hash">Its hash.</param>
public sealed record JournalHead(long Sequence, string Hash);
