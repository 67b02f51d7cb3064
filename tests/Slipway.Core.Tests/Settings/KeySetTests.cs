using Slipway.Core.Settings;

namespace Slipway.Core.Tests.Settings;

public sealed class KeySetTests
{
    private const string One = "{\"kty\":\"oct\",\"kid\":\"one\",\"k\":\"YQ\",\"note\":\"kept as it is\"}";
    private const string Two = "{\"kty\":\"oct\",\"kid\":\"two\",\"k\":\"Yg\"}";

    [Fact]
    public void A_key_is_announced_last_switched_to_the_first_place_and_left_alone()
    {
        var set = KeySet.Of(One);
        Assert.True(KeySet.IsSet(set));
        var announced = KeySet.Announce(set, Two);
        Assert.Equal($"{{\"keys\":[{One},{Two}]}}", announced);
        var switched = KeySet.Switch(announced);
        Assert.Equal($"{{\"keys\":[{Two},{One}]}}", switched);
        Assert.Equal(KeySet.Of(Two), KeySet.Drop(switched));
    }

    [Fact]
    public void A_text_that_is_no_set_is_none() => Assert.False(KeySet.IsSet("{}"));
}
