using System.Text;

namespace Slipway.Bench.Settings;

/// <summary>Looks for a word in whatever was written, as it is and in the encodings that programs write.</summary>
/// <param name="word">The word that every marked secret holds; letters only, so that most encodings leave it as it is.</param>
internal sealed class LeakedText(string word)
{
    private readonly List<(string Form, byte[] Bytes)> _forms = [.. Forms(word)];

    /// <summary>The names of the forms.</summary>
    public IEnumerable<string> Names => _forms.Select(form => form.Form);

    /// <summary>Which forms stand in the bytes.</summary>
    public IEnumerable<string> Find(byte[] bytes) => _forms.Where(form => bytes.AsSpan().IndexOf(form.Bytes) >= 0).Select(form => form.Form);

    /// <summary>A text with the word in one of the forms, to see that it is found.</summary>
    public byte[] Planted(string form) => [.. "before "u8, .. _forms.First(one => one.Form == form).Bytes, .. " after"u8];

    private static IEnumerable<(string, byte[])> Forms(string word)
    {
        var bytes = Encoding.UTF8.GetBytes(word);
        yield return ("plain", bytes);
        yield return ("UTF-16", Encoding.Unicode.GetBytes(word));
        yield return ("hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        yield return ("lower hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
        yield return ("reversed", [.. bytes.Reverse()]);
        for (var shift = 0; shift < 3; shift++)
        {
            // Of the base64 of a longer text, the part that is the word's alone at this alignment.
            var whole = Convert.ToBase64String([.. new byte[shift], .. bytes]).TrimEnd('=');
            var first = shift == 0 ? 0 : shift + 1;
            var last = whole.Length - ((shift + bytes.Length) % 3 == 0 ? 0 : 1);
            yield return ($"base64 at {shift}", Encoding.ASCII.GetBytes(whole[first..last]));
        }
    }
}
