namespace Slipway.Secrets.Tests;

public sealed class SecretHomeTests
{
    [Fact]
    public void The_key_and_the_store_are_two_files()
    {
        var home = new SecretHome("/srv/shop/.slipway");
        Assert.Equal("/srv/shop/.slipway/secrets.store", home.File);
        Assert.Equal("/srv/shop/.slipway/secrets.key", home.KeyFile);
    }
}
