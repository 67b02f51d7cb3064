using Slipway.Core.Settings;

namespace Slipway.Core.Tests.Settings;

public sealed class DatabaseLoginTests
{
    [Theory]
    [InlineData("postgres://shop_a:old@db:5432/shop?sslmode=require", "postgres://shop_b:n%27w%40p@db:5432/shop?sslmode=require")]
    [InlineData("postgresql://shop_a@db,db2:5433/shop", "postgresql://shop_b:n%27w%40p@db,db2:5433/shop")]
    [InlineData("postgres://shop%5Fa:o%40ld@%2Frun%2Fpg/shop", "postgres://shop_b:n%27w%40p@%2Frun%2Fpg/shop")]
    [InlineData("postgres://db/shop?user=shop_a&password=old&application_name=x%26y", "postgres://shop_b:n%27w%40p@db/shop?user=shop_b&password=n%27w%40p&application_name=x%26y")]
    [InlineData("Host=db;Username=shop_a;Password=old;Database=shop;Pooling=true", "Host=db;Username=shop_b;Password=\"n'w@p\";Database=shop;Pooling=true")]
    [InlineData("Server=db; User Id = shop_a ; PWD='o;ld' ;Database=shop", "Server=db; User Id = shop_b; PWD=\"n'w@p\" ;Database=shop")]
    [InlineData("host=db user=shop_a password='o ld' dbname=shop", "host=db user=shop_b password='n\\'w@p' dbname=shop")]
    [InlineData("host=db user=shop_a", "host=db user=shop_b password='n\\'w@p'")]
    public void Another_role_logs_in_and_everything_else_stays(string connection, string expected)
    {
        Assert.Equal("shop_a", DatabaseLogin.UserOf(connection));
        var changed = DatabaseLogin.With(connection, "shop_b", "n'w@p");
        Assert.Equal(expected, changed);
        Assert.Equal("shop_b", DatabaseLogin.UserOf(changed!));
        Assert.Contains("n'w@p", ConnectionString.SecretsIn(changed!));
        Assert.DoesNotContain("old", ConnectionString.SecretsIn(changed!));
        Assert.Equal(changed, DatabaseLogin.With(changed!, "shop_b", "n'w@p"));
    }

    [Theory]
    [InlineData("postgres://db/shop")]
    [InlineData("Host=db;Database=shop")]
    [InlineData("no connection string")]
    [InlineData("")]
    public void A_text_without_a_role_names_none(string connection) => Assert.Null(DatabaseLogin.UserOf(connection));

    [Fact]
    public void What_is_no_connection_string_cannot_be_given_a_role() => Assert.Null(DatabaseLogin.With("nothing", "shop_b", "new"));
}
