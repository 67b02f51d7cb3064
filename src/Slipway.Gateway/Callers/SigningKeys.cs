using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Files;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Proxying;

namespace Slipway.Gateway.Callers;

/// <summary>
/// A set of signing keys (RFC 7517) from a file or from its issuer's address. An address is asked every five minutes, and at once, twice
/// a minute at most, when a token names a key that is not in the set: so a rotation is followed. What it last said is kept in
/// the home, so that a gateway that starts while the issuer is down still knows its callers.
/// </summary>
internal sealed class SigningKeys : IProofSource
{
    private const int BytesMax = 256 * 1024;
    private const int KeysMax = 100;
    private static readonly TimeSpan s_refresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_unknownKey = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly string _place;
    private readonly string? _saved;
    private readonly GatewayLog _log;
    private readonly HttpClient? _client;
    private volatile SigningKey[]? _keys;
    private string _text = "";
    private long _due;
    private long _unknownDue;
    private volatile bool _isUnknownAsked;
    private bool _isFaulty;

    /// <summary>Makes a set; one of a file is read at once, one of an address as it was last known.</summary>
    /// <param name="place">An absolute path, or an address that begins with http.</param>
    /// <param name="home">Where what an address said is kept.</param>
    /// <param name="log">Where it says what happens.</param>
    public SigningKeys(string place, string home, GatewayLog log)
    {
        (_place, _log) = (place, log);
        if (!place.StartsWith("http", StringComparison.Ordinal))
        {
            Look();
            return;
        }
        _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = s_patience, MaxResponseContentBufferSize = BytesMax };
        _saved = Path.Combine(home, $"keys-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..16]}.json");
        if (File.Exists(_saved))
            Try(() => Take(ReadFile(_saved)));
    }

    /// <inheritdoc/>
    public bool IsReady => _keys is not null;

    /// <summary>Changes with the keys, so that what was checked against others is checked again.</summary>
    public object? Version => _keys;

    /// <summary>The keys that may have signed a token.</summary>
    /// <param name="id">The key that the token names; null for none, when it may be any of its algorithm.</param>
    /// <param name="algorithm">The token's.</param>
    public IEnumerable<SigningKey> For(string? id, string algorithm)
    {
        var found = Array.FindAll(_keys ?? [], key => (id is null || key.Id == id) && key.Algorithm == algorithm);
        if (found.Length == 0)
            _isUnknownAsked = true;
        return found;
    }

    /// <inheritdoc/>
    public void Look()
    {
        if (_client is null)
        {
            Try(() => Take(ReadFile(_place)));
            return;
        }
        var now = Environment.TickCount64;
        var isForUnknown = _isUnknownAsked && now >= _unknownDue;
        if (now < _due && !isForUnknown)
            return;
        _isUnknownAsked = false;
        if (isForUnknown)
            _unknownDue = Deadlines.After(s_unknownKey);
        _due = Deadlines.After(Try(Fetch) ? s_refresh : s_afterFault);
    }

    private void Fetch()
    {
        using var answer = _client!.Send(new(HttpMethod.Get, _place));
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"The issuer answered {(int)answer.StatusCode}.");
        using var reader = new StreamReader(answer.Content.ReadAsStream(), Encoding.UTF8);
        var text = reader.ReadToEnd();
        if (Take(text))
            Keep(text);
    }

    // Keys that cannot be kept are in use all the same.
    private void Keep(string text)
    {
        try
        {
            PrivateFile.Replace(_saved!, Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warn("signing keys cannot be kept for another start", ("from", _place), ("fault", e.Message));
        }
    }

    private static string ReadFile(string path)
        => new FileInfo(path).Length <= BytesMax ? File.ReadAllText(path) : throw new InvalidDataException("It is longer than 256 KiB.");

    /// <summary>Puts these keys in use; false when they are the ones that are.</summary>
    private bool Take(string text)
    {
        if (text == _text)
            return false;
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > KeysMax)
            throw new InvalidDataException("It is no set of keys.");
        var keys = list.EnumerateArray().Select(SigningKey.Read).OfType<SigningKey>().ToArray();
        if (keys.Length == 0)
            throw new InvalidDataException("No key in it is for RS256 or ES256.");
        (_keys, _text) = (keys, text);
        _log.Info("signing keys are in use", ("from", _place), ("count", $"{keys.Length}"));
        return true;
    }

    private bool Try(Action change)
    {
        try
        {
            change();
            _isFaulty = false;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or TaskCanceledException or JsonException or InvalidDataException or CryptographicException or FormatException)
        {
            if (!_isFaulty)
                _log.Warn("signing keys cannot be had; those before hold", ("from", _place), ("fault", e.Message));
            _isFaulty = true;
            return false;
        }
    }
}
