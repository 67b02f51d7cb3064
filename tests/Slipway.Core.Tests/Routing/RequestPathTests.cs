using System.Text;
using Slipway.Core.Routing;

namespace Slipway.Core.Tests.Routing;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/.", "/a/")]
    [InlineData("/%2e/a", "/a")]
    [InlineData("/a/%2E%2e/b", "/b")]
    [InlineData("/a%2fb", "/a%2Fb")]
    [InlineData("/%61%7E%2d", "/a~-")]
    [InlineData("/a//b/", "/a//b/")]
    [InlineData("/a//../b", "/a/b")]
    [InlineData("/..a/.b", "/..a/.b")]
    [InlineData("/%25", "/%25")]
    [InlineData("/%2525", "/%2525")]
    [InlineData("/..", null)]
    [InlineData("/a/../..", null)]
    [InlineData("/%2e%2e/a", null)]
    [InlineData("/a%", null)]
    [InlineData("/a%2", null)]
    [InlineData("/a%2g", null)]
    [InlineData("/%00", null)]
    [InlineData("/a\\b", null)]
    [InlineData("a", null)]
    public void A_path_has_one_normal_form_or_none(string path, string? normal)
    {
        var bytes = Encoding.ASCII.GetBytes(path);
        var isNormal = RequestPath.TryNormalise(bytes, bytes, out var length);
        Assert.Equal(normal, isNormal ? Encoding.ASCII.GetString(bytes, 0, length) : null);
        if (normal is null)
            return;
        var again = bytes[..length];
        Assert.True(RequestPath.TryNormalise(again, again, out var same));
        Assert.Equal(length, same);
        if (RequestPath.IsNormal(Encoding.ASCII.GetBytes(path)))
            Assert.Equal(path, normal);
    }
}
