namespace Slipway.EndToEnd.Tests;

public sealed class JournalTests
{
    [Fact]
    public async Task A_damaged_journal_is_refused_with_the_record_and_repaired_on_request()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        await stage.StartControlPlane();
        (await stage.Slipway(["deploy", "staging", "--version", "1", "--wait", "settled"])).ShouldExit(0);
        await stage.StopControlPlane();
        Damage(Path.Combine(stage.Home, "journal.db"), "\"1\"");

        var refused = await stage.RunControlPlane("--home", stage.Home);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("record", refused.All);
        Assert.Contains("audit repair", refused.All);

        (await stage.Slipway(["audit", "repair"])).ShouldExit(0);
        (await stage.Slipway(["audit", "verify"])).ShouldExit(0);
        Assert.NotEmpty(Directory.GetFiles(stage.Home, "journal.db.damaged-*"));
    }

    [Fact]
    public async Task A_second_control_plane_on_the_same_home_is_refused_by_the_number_of_the_first()
    {
        await using var stage = new Stage();
        stage.Write(Manifests.Canary);
        await stage.StartControlPlane();
        var second = await stage.RunControlPlane("--home", stage.Home);
        Assert.Equal(3, second.ExitCode);
        Assert.Contains($"{stage.ControlPlaneId}", second.All);
    }

    // Changes one byte of a record, as a failing disk or a hand would.
    private static void Damage(string file, string text)
    {
        var bytes = File.ReadAllBytes(file);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.True(at >= 0, $"{text} is not in the journal.");
        bytes[at + 1] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
