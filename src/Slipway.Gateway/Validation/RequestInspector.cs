using System.Text.Json;
using Slipway.Gateway.Guarding;
using Slipway.Gateway.Http;

namespace Slipway.Gateway.Validation;

/// <summary>
/// Judges what a request carries, part by part as an application would take it apart: path, names and values of query and forms,
/// fields that applications read, names and strings of JSON, names, file names and texts of multipart bodies.
/// Not for use by two at a time.
/// </summary>
internal sealed class RequestInspector
{
    private const int JsonDepthMax = 128;

    private const int HarmlessKept = 4096;

    private readonly ValueInspector _values = new();
    private readonly ulong[] _harmless = new ulong[HarmlessKept];

    private enum FieldReading
    {
        Value,
        Cookies,
        Address,
    }

    /// <summary>The classes that are not looked for, each a bit at its number in <see cref="AttackClass"/>.</summary>
    public int Excepted
    {
        get => _values.Excepted;
        set => _values.Excepted = value;
    }

    /// <summary>Judges the target.</summary>
    /// <param name="path">The path, with its first slash.</param>
    /// <param name="query">The query without its question mark.</param>
    public Finding Target(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
    {
        // Every path begins with a slash, which would make each an absolute one.
        var found = path.Length > 1 ? _values.Judge(path[1..], ValuePlace.Escaped) : Finding.Nothing;
        return found.IsAttack || query.IsEmpty ? found : found.Or(Pairs(query, ValuePlace.Query));
    }

    /// <summary>Judges a field that applications read: not those that only say how to talk.</summary>
    public Finding Field(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (IsForTalking(name))
            return Finding.Nothing;
        var reading = Octets.Same(name, "cookie"u8) ? FieldReading.Cookies
            : Octets.Same(name, "referer"u8) || Octets.Same(name, "origin"u8) ? FieldReading.Address
            : FieldReading.Value;
        // The same browser says the same of itself with every request. What was harmless once is harmless again, read in the same
        // way and looked at for the same.
        var key = ClientKey.Of(value) ^ (ulong)reading << 32 ^ (ulong)Excepted << 40;
        ref var harmless = ref _harmless[key % HarmlessKept];
        if (harmless == key)
            return Finding.Nothing;
        var found = reading switch
        {
            FieldReading.Cookies => Cookies(value),
            FieldReading.Address => Address(value),
            _ => _values.Judge(value, ValuePlace.Plain),
        };
        if (found.Score == 0)
            harmless = key;
        return found;
    }

    /// <summary>Judges a body.</summary>
    /// <param name="type">The value of Content-Type; empty when there is none.</param>
    /// <param name="body">As much of it as is judged.</param>
    public Finding Body(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        var media = MediaOf(type);
        if (Octets.Same(media, "application/x-www-form-urlencoded"u8))
            return Pairs(body, ValuePlace.Form);
        if (Octets.Same(media, "application/json"u8) || EndsWith(media, "+json"u8))
            return Json(body);
        if (Octets.Same(media, "multipart/form-data"u8))
            return Multipart(type, body);
        return Octets.Same(media, "application/xml"u8) || EndsWith(media, "/xml"u8) || EndsWith(media, "+xml"u8) || StartsWith(media, "text/"u8) || media.IsEmpty
            ? _values.Judge(body, ValuePlace.HasLines) : Finding.Nothing;
    }

    /// <summary>Whether bodies of a type are judged at all: forms, JSON, XML, text, and those of no type. Pictures, films and archives are not.</summary>
    /// <param name="type">The value of Content-Type; empty when there is none.</param>
    public static bool Judges(ReadOnlySpan<byte> type) => MediaOf(type) is var media
        && (media.IsEmpty || Octets.Same(media, "application/x-www-form-urlencoded"u8) || Octets.Same(media, "multipart/form-data"u8)
            || EndsWith(media, "json"u8) || EndsWith(media, "xml"u8) || StartsWith(media, "text/"u8));

    private static ReadOnlySpan<byte> MediaOf(ReadOnlySpan<byte> type)
    {
        var end = type.IndexOf((byte)';');
        return Octets.Trim(end < 0 ? type : type[..end]);
    }

    private Finding Pairs(ReadOnlySpan<byte> pairs, ValuePlace place)
    {
        var found = Finding.Nothing;
        var parts = 0;
        foreach (var range in pairs.Split((byte)'&'))
        {
            var pair = pairs[range];
            parts++;
            var equals = pair.IndexOf((byte)'=');
            if (equals > 0)
                found = found.Or(_values.Judge(pair[..equals], place));
            if (!found.IsAttack)
                found = found.Or(_values.Judge(equals < 0 ? pair : pair[(equals + 1)..], place));
            if (found.IsAttack)
                return found;
        }
        // An ampersand that was not escaped cuts an attack in two.
        return parts > 1 && (pairs.IndexOf("&&"u8) >= 0 || pairs.IndexOfAny((byte)'\'', (byte)'<') >= 0) ? found.Or(_values.Judge(pairs, place)) : found;
    }

    private Finding Cookies(ReadOnlySpan<byte> value)
    {
        var found = Finding.Nothing;
        foreach (var range in value.Split((byte)';'))
        {
            var cookie = Octets.Trim(value[range]);
            var equals = cookie.IndexOf((byte)'=');
            found = found.Or(_values.Judge(equals < 0 ? cookie : cookie[(equals + 1)..], ValuePlace.Escaped));
            if (found.IsAttack)
                return found;
        }
        return found;
    }

    private Finding Address(ReadOnlySpan<byte> value)
    {
        var question = value.IndexOf((byte)'?');
        var found = _values.Judge(question < 0 ? value : value[..question], ValuePlace.Escaped);
        return question < 0 || found.IsAttack ? found : found.Or(Pairs(value[(question + 1)..], ValuePlace.Query));
    }

    private Finding Json(ReadOnlySpan<byte> body)
    {
        var found = Finding.Nothing;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = JsonDepthMax, AllowMultipleValues = true });
        try
        {
            while (!found.IsAttack && reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                    continue;
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueSpan is [(byte)'$', ..] && IsOperator(reader.ValueSpan))
                    found = _values.Counted(new(AttackClass.SqlInjection, 5, "an operator of a document database"));
                else if (!reader.ValueIsEscaped)
                    found = found.Or(_values.Judge(reader.ValueSpan, ValuePlace.HasLines));
                else
                    found = found.Or(Unescaped(ref reader));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What this reader refuses, another may take: then all of it is one text.
            return found.Or(_values.Judge(body, ValuePlace.HasLines));
        }
        return found;
    }

    private Finding Unescaped(ref Utf8JsonReader reader)
    {
        var text = new byte[reader.ValueSpan.Length];
        return _values.Judge(text.AsSpan(0, reader.CopyString(text)), ValuePlace.HasLines);
    }

    private static bool IsOperator(ReadOnlySpan<byte> name)
        => name.SequenceEqual("$where"u8) || name.SequenceEqual("$ne"u8) || name.SequenceEqual("$gt"u8) || name.SequenceEqual("$gte"u8) || name.SequenceEqual("$lt"u8)
            || name.SequenceEqual("$regex"u8) || name.SequenceEqual("$nin"u8) || name.SequenceEqual("$expr"u8) || name.SequenceEqual("$function"u8) || name.SequenceEqual("$accumulator"u8);

    private Finding Multipart(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        var found = Finding.Nothing;
        if (!MultipartReader.TryBoundary(type, out var boundary))
            return _values.Judge(body, ValuePlace.HasLines);
        var reader = new MultipartReader(body, boundary);
        while (!found.IsAttack && reader.Read(out var part))
        {
            found = found.Or(_values.Judge(part.Name, ValuePlace.Escaped));
            if (!found.IsAttack && !part.FileName.IsEmpty)
                found = found.Or(_values.Judge(part.FileName, ValuePlace.Escaped));
            else if (!found.IsAttack)
                found = found.Or(_values.Judge(part.Content, ValuePlace.HasLines));
        }
        return found;
    }

    private static bool IsForTalking(ReadOnlySpan<byte> name) => (name[0] | 0x20) switch
    {
        'a' => StartsWith(name, "accept"u8) || StartsWith(name, "access-control-"u8) || Octets.Same(name, "authorization"u8),
        'c' => StartsWith(name, "content-"u8) || Octets.Same(name, "connection"u8) || Octets.Same(name, "cache-control"u8),
        'd' => Octets.Same(name, "date"u8),
        'e' => Octets.Same(name, "expect"u8),
        'f' => Octets.Same(name, "forwarded"u8),
        'h' => Octets.Same(name, "host"u8),
        'i' => StartsWith(name, "if-"u8),
        'p' => Octets.Same(name, "pragma"u8),
        'r' => Octets.Same(name, "range"u8),
        's' => StartsWith(name, "sec-"u8),
        't' => Octets.Same(name, "te"u8) || Octets.Same(name, "transfer-encoding"u8) || Octets.Same(name, "traceparent"u8) || Octets.Same(name, "tracestate"u8),
        'u' => Octets.Same(name, "upgrade"u8),
        'v' => Octets.Same(name, "via"u8),
        _ => false,
    };

    private static bool StartsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) => text.Length >= start.Length && Octets.Same(text[..start.Length], start);

    private static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) => text.Length >= end.Length && Octets.Same(text[^end.Length..], end);
}
