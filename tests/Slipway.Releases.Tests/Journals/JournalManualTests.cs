using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Slipway.Releases.Journals;

namespace Slipway.Releases.Tests.Journals;

public sealed class JournalManualTests
{
    [Fact]
    public void Every_kind_of_event_is_explained_in_the_manual()
    {
        var manual = File.ReadAllText(Path.GetFullPath(Path.Combine(Folder(), "..", "..", "..", "docs", "manual", "journal.md")));
        var kinds = typeof(JournalEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(one => (string)one.TypeDiscriminator!).ToList();
        Assert.NotEmpty(kinds);
        Assert.All(kinds, kind => Assert.Contains($"`{kind}`", manual, StringComparison.Ordinal));
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
