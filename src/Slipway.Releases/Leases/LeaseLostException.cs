using Slipway.Releases.Journals;

namespace Slipway.Releases.Leases;

/// <summary>The store refused a record, since another control plane leads.</summary>
public sealed class LeaseLostException() : JournalException("This control plane no longer leads: another one has taken over. Ask that one.");
