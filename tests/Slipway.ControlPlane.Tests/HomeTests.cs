using System.Net.Sockets;
using Slipway.ControlPlane.Callers;
using Slipway.ControlPlane.Hosting;

namespace Slipway.ControlPlane.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HomeTests : IDisposable
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_home_is_open_to_its_owner_alone()
    {
        var home = Home.Open(_folder.At("a/b/home"));
        Assert.Equal(OwnerOnlyFolder, File.GetUnixFileMode(home.Folder));
    }

    [Fact]
    public void A_home_that_is_open_to_others_is_closed()
    {
        var home = _folder.At("home");
        Directory.CreateDirectory(home, (UnixFileMode)0b111_101_101);
        File.WriteAllText(Path.Combine(home, "journal.db"), "");
        Home.Open(home);
        Assert.Equal(OwnerOnlyFolder, File.GetUnixFileMode(home));
    }

    [Fact]
    public void A_folder_full_of_other_things_is_not_taken_from_its_users()
    {
        var folder = _folder.At("shared");
        Directory.CreateDirectory(folder, (UnixFileMode)0b111_101_101);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "");
        var refusal = Assert.Throws<StartRefusedException>(() => Home.Open(folder));
        Assert.Contains("open to other users", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_lock_is_refused_with_the_first_process()
    {
        var home = Home.Open(_folder.At("home"));
        using (HomeLock.Take(home, "me"))
        {
            var refusal = Assert.Throws<StartRefusedException>(() => HomeLock.Take(home, "me"));
            Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
        }
        HomeLock.Take(home, "me").Dispose();
    }

    [Fact]
    public void A_token_has_256_bits_stays_the_same_and_only_its_owner_can_read_it()
    {
        var home = Home.Open(_folder.At("home"));
        AccessToken.Open(home);
        var text = File.ReadAllText(home.Token).Trim();
        Assert.Equal(64, text.Length);
        Assert.Equal(OwnerOnlyFile, File.GetUnixFileMode(home.Token));
        var token = AccessToken.Open(home);
        Assert.Equal(text, File.ReadAllText(home.Token).Trim());
        Assert.True(token.Admits($"Bearer {text}"));
        Assert.False(token.Admits($"Bearer {text[1..]}"));
        Assert.False(token.Admits($"Bearer {text}0"));
        Assert.False(token.Admits(text));
        Assert.False(token.Admits("Bearer "));
        Assert.False(token.Admits(null));
    }

    [Fact]
    public void A_token_that_others_could_have_read_is_not_used()
    {
        var home = Home.Open(_folder.At("home"));
        AccessToken.Open(home);
        File.SetUnixFileMode(home.Token, OwnerOnlyFile | UnixFileMode.GroupRead);
        Assert.Throws<StartRefusedException>(() => AccessToken.Open(home));
    }

    [Fact]
    public void A_socket_that_a_dead_control_plane_left_is_cleared_away()
    {
        var home = Home.Open(_folder.At("home"));
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            dead.Bind(new UnixDomainSocketEndPoint(home.Socket));
        // A clean end removes the file; a killed process leaves it.
        File.WriteAllText(home.Socket, "");
        Assert.Equal(home.Socket, ControlSocket.Claim(home));
        Assert.False(File.Exists(home.Socket));
    }

    [Fact]
    public void A_socket_that_somebody_answers_on_is_left_alone()
    {
        var home = Home.Open(_folder.At("home"));
        using var live = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        live.Bind(new UnixDomainSocketEndPoint(home.Socket));
        live.Listen();
        var refusal = Assert.Throws<StartRefusedException>(() => ControlSocket.Claim(home));
        Assert.Contains("already answers", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(home.Socket));
    }

    [Fact]
    public void A_home_with_a_long_path_gets_its_socket_in_the_temporary_folder_and_says_where()
    {
        var home = Home.Open(_folder.At(new string('x', 120)));
        var path = ControlSocket.Claim(home);
        Assert.StartsWith(Path.Combine(Path.GetTempPath(), "slipway-"), path, StringComparison.Ordinal);
        Assert.True(path.Length <= ControlSocket.PathBytesMax);
        Assert.Equal(path, File.ReadAllText(home.SocketAddress).Trim());
        Assert.Equal(OwnerOnlyFolder, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_link_laid_where_the_socket_folder_should_be_is_refused()
    {
        var home = Home.Open(_folder.At(new string('y', 120)));
        var temporary = _folder.At("tmp");
        Directory.CreateDirectory(temporary);
        var path = ControlSocket.PathOf(home, temporary);
        Directory.CreateSymbolicLink(Path.GetDirectoryName(path)!, _folder.At("elsewhere"));
        Directory.CreateDirectory(_folder.At("elsewhere"));
        Assert.Throws<StartRefusedException>(() => ControlSocket.Claim(home, temporary));
    }
}
