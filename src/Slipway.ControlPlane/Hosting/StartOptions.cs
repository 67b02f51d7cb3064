using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Slipway.Releases.Leases;

namespace Slipway.ControlPlane.Hosting;

/// <summary>What the command line of the control plane asks for.</summary>
/// <param name="HomeFolder">The home folder, absolute.</param>
/// <param name="Listen">Where to listen beside the Unix socket; null for nowhere.</param>
/// <param name="RepairJournal">Whether a damaged end of the journal is cut off before starting.</param>
internal sealed record StartOptions(string HomeFolder, IPEndPoint? Listen, bool RepairJournal)
{
    /// <summary>Whether to wait for the lease while another leads, instead of being refused.</summary>
    public bool Standby { get; init; }

    /// <summary>The file that holds the connection string of a journal in PostgreSQL; null for a journal in the home.</summary>
    public string? JournalFile { get; init; }

    /// <summary>How long the lease holds without a renewal.</summary>
    public LeaseTerms Lease { get; init; } = LeaseTerms.Default;

    /// <summary>How the program is called.</summary>
    public const string Usage =
        """
        Usage: slipway-control-plane --home DIR [--listen 127.0.0.1:7070] [--repair-journal]
               [--standby] [--journal FILE] [--lease SECONDS]

          --home DIR         the home folder of one application, such as .slipway beside its manifest
          --listen ADDRESS   also answer on this loopback address, to callers with the token in DIR/token
          --repair-journal   cut a damaged end off the journal first; everything before it is kept
          --standby          wait while another control plane leads, and take over when its lease ends
          --journal FILE     keep the journal in PostgreSQL; the file holds the connection string, which may also
                             be given as the variable SLIPWAY_JOURNAL
          --lease SECONDS    how long the lease holds without a renewal, 1 to 60, the same for all; 5 unless given
          --version          print the version
        """;

    /// <summary>Reads the arguments; false with one sentence about the first fault.</summary>
    public static bool TryParse(
        IReadOnlyList<string> arguments, [NotNullWhen(true)] out StartOptions? options, [NotNullWhen(false)] out string? fault)
    {
        options = null;
        string? home = null;
        IPEndPoint? listen = null;
        var repair = false;
        var standby = false;
        string? journal = null;
        var lease = LeaseTerms.Default;
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            switch (name)
            {
                case "--home":
                    if (!TryValue(arguments, ref i, value, out home))
                        return Fail("--home needs a folder.", out fault);
                    break;
                case "--listen":
                    if (!TryValue(arguments, ref i, value, out var text))
                        return Fail("--listen needs an address, such as 127.0.0.1:7070.", out fault);
                    if (!TryListener(text, out listen, out fault))
                        return false;
                    break;
                case "--repair-journal" when value is null:
                    repair = true;
                    break;
                case "--standby" when value is null:
                    standby = true;
                    break;
                case "--journal":
                    if (!TryValue(arguments, ref i, value, out journal))
                        return Fail("--journal needs a file.", out fault);
                    break;
                case "--lease":
                    if (!TryValue(arguments, ref i, value, out var seconds) || !TryLease(seconds, out lease))
                        return Fail("--lease needs seconds, 1 to 60, such as 5.", out fault);
                    break;
                default:
                    return Fail($"'{arguments[i]}' is not known.", out fault);
            }
        }
        if (standby && repair)
            return Fail("--repair-journal cannot be done as a standby: end the other one, or wait.", out fault);
        if (string.IsNullOrWhiteSpace(home))
            return Fail("--home is missing.", out fault);
        options = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(home)), listen, repair)
        {
            Standby = standby,
            JournalFile = journal is null ? null : Path.GetFullPath(journal),
            Lease = lease,
        };
        fault = null;
        return true;
    }

    private static bool TryLease(string text, out LeaseTerms lease)
    {
        lease = LeaseTerms.Default;
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return false;
        lease = new(TimeSpan.FromSeconds(seconds));
        return lease.Length >= LeaseTerms.LengthMin && lease.Length <= LeaseTerms.LengthMax;
    }

    private static bool TryListener(string text, out IPEndPoint? listen, [NotNullWhen(false)] out string? fault)
    {
        listen = null;
        var local = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text[9..] : text;
        if (!local.Contains(':') || !IPEndPoint.TryParse(local, out var parsed))
            return Fail($"--listen '{text}' is not an address and a port, such as 127.0.0.1:7070.", out fault);
        if (!IPAddress.IsLoopback(parsed.Address))
        {
            return Fail(
                $"--listen '{text}' is not a loopback address: without TLS the token would cross the network in the clear. " +
                "Listen on 127.0.0.1 and reach it through an SSH tunnel.",
                out fault);
        }
        listen = parsed;
        fault = null;
        return true;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=');
        return equals > 0 && argument.StartsWith("--", StringComparison.Ordinal)
            ? (argument[..equals], argument[(equals + 1)..])
            : (argument, null);
    }

    private static bool TryValue(IReadOnlyList<string> arguments, ref int i, string? inline, [NotNullWhen(true)] out string? value)
    {
        value = inline ?? (i + 1 < arguments.Count ? arguments[++i] : null);
        return !string.IsNullOrEmpty(value);
    }

    private static bool Fail(string sentence, out string fault)
    {
        fault = sentence;
        return false;
    }
}
