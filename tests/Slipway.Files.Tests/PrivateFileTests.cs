using System.Runtime.Versioning;
using System.Text;

namespace Slipway.Files.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-files-");

    private string Place => Of("file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_comes_into_the_place_of_another_with_nothing_left_beside_it(bool durable)
    {
        foreach (var text in (string[])["one", "another, longer", ""])
        {
            PrivateFile.Replace(Place, Encoding.ASCII.GetBytes(text), durable);
            Assert.Equal(text, File.ReadAllText(Place));
            Assert.Equal(Owner, File.GetUnixFileMode(Place));
            Assert.Single(_folder.GetFileSystemInfos());
        }
    }

    [Fact]
    public void It_is_given_the_mode_that_is_asked_for_whatever_the_umask_says()
    {
        PrivateFile.Replace(Place, "x"u8, mode: Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        Assert.Equal(Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(Place));
    }

    [Fact]
    public void A_link_in_its_place_is_replaced_and_never_written_through()
    {
        File.WriteAllText(Of("elsewhere"), "untouched");
        File.CreateSymbolicLink(Place, Of("elsewhere"));
        PrivateFile.Replace(Place, "new"u8);
        Assert.Equal("untouched", File.ReadAllText(Of("elsewhere")));
        Assert.Null(new FileInfo(Place).LinkTarget);
    }

    [Fact]
    public void A_write_that_fails_leaves_what_was_there_and_nothing_beside_it()
    {
        Directory.CreateDirectory(Path.Combine(Place, "full"));
        Assert.ThrowsAny<IOException>(() => PrivateFile.Replace(Place, "x"u8));
        Assert.Single(_folder.GetFileSystemInfos());
        Assert.Throws<DirectoryNotFoundException>(() => PrivateFile.Replace(Of("missing/file"), "x"u8));
    }

    [Fact]
    public async Task A_reader_finds_one_whole_file_or_another()
    {
        var texts = Enumerable.Range(0, 4).Select(static i => new string((char)('a' + i), 100_000)).ToArray();
        PrivateFile.Replace(Place, Encoding.ASCII.GetBytes(texts[0]), durable: false);
        var writers = Task.WhenAll(texts.Select(text => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
                PrivateFile.Replace(Place, Encoding.ASCII.GetBytes(text), durable: false);
        })));
        do
            Assert.Contains(File.ReadAllText(Place), texts);
        while (!writers.IsCompleted);
        await writers;
        Assert.Single(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void A_folder_is_its_owners_alone_and_one_that_is_there_stays_as_it_is()
    {
        var made = PrivateFolder.Create(Of("above/made"));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(made));
        File.SetUnixFileMode(made, Owner | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        PrivateFolder.Create(made);
        Assert.Equal(Owner | UnixFileMode.UserExecute | UnixFileMode.GroupRead, File.GetUnixFileMode(made));
    }

    [Fact]
    public void A_folder_that_is_gone_cannot_be_flushed()
    {
        DiskFlush.Folder(_folder.FullName);
        Assert.Contains(Of("gone"), Assert.Throws<IOException>(() => DiskFlush.Folder(Of("gone"))).Message);
    }

    private string Of(string name) => Path.Combine(_folder.FullName, name);
}
