using Slipway.Releases.Ports;
using Slipway.Targets.Credentials;

namespace Slipway.Targets.Tests.Credentials;

public sealed class ScramVerifierTests
{
    // Salt and password of RFC 7677, section 3, whose exchange these two keys verify.
    [Fact]
    public void A_verifier_is_what_PostgreSQL_makes_of_the_same_salt()
        => Assert.Equal(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
            ScramVerifier.Of("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096));

    [Fact]
    public void Two_verifiers_of_a_password_have_a_salt_each()
        => Assert.NotEqual(ScramVerifier.Of("pencil"), ScramVerifier.Of("pencil"));

    [Theory]
    [InlineData("")]
    [InlineData("pässword")]
    [InlineData("pass\nword")]
    [InlineData("pass\u007fword")]
    public void A_password_that_would_need_preparation_is_refused_without_being_quoted(string password)
    {
        var fault = Assert.Throws<CredentialException>(() => ScramVerifier.Of(password));
        Assert.False(fault.IsPassing);
        Assert.Contains("printable ASCII", fault.Message, StringComparison.Ordinal);
    }
}
