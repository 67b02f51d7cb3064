using Slipway.Core.Manifests;
using Slipway.Core.Settings;

namespace Slipway.Bench.Settings;

/// <summary>Hostile and ordinary <c>.env</c> files: none may make reading fail, and what is written must be read back.</summary>
internal static class DotEnvCases
{
    private static readonly string[] Pieces =
    [
        "A", "B_1", "=", "'", "\"", "\\", "\n", "\r\n", "\r", "\t", " ", "#", "$", "${A}", "export ", "\\n", "\\\"", "\uFEFF", "\0", "é", "🦊", "\uD800", "value", "\u2028",
    ];

    public static IReadOnlyList<Figure> Measure(int files, int seed)
    {
        var random = new Random(seed);
        var (failed, changed) = (0, 0);
        for (var i = 0; i < files; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            try
            {
                foreach (var entry in DotEnvFile.Read(".env", text, []).Entries.Values)
                {
                    if (!IsVariable(entry.Name))
                        failed++;
                }
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                Console.Error.WriteLine($"  seed {seed}, file {i}: {fault.Message}");
                failed++;
            }
            var faults = new List<Diagnostic>();
            var read = DotEnvFile.Read(".env", $"export A = {DotEnvFile.Quote(text)} # remark\r\nB=2", faults).Entries;
            if (faults.Count > 0 || read["A"].Value != text || read["B"].Value != "2")
                changed++;
        }
        return
        [
            Figure.Exactly($".env files of {files} (seed {seed}) that made reading fail", failed, "files", 0),
            Figure.Exactly($"values of {files} that were not read back as they were written", changed, "values", 0),
        ];
    }

    private static bool IsVariable(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
