using Slipway.Targets.Credentials;

namespace Slipway.Targets.Tests.Credentials;

public sealed class PostgresConnectionTests
{
    [Theory]
    [InlineData("postgres://shop:p%40ss%2F%3D@db:5433/orders", "Username=shop;Password=\"p@ss/=\";Database=orders;Host=db;Port=5433")]
    [InlineData("postgresql://db", "Host=db")]
    [InlineData("postgres://u@[::1]:5433/d", "Username=u;Database=d;Host=::1;Port=5433")]
    [InlineData("postgres://u@h1:1,h2:2/d?target_session_attrs=read-write", "Username=u;Database=d;Target Session Attributes=read-write;Host=h1:1,h2:2")]
    [InlineData("postgres://u@h/d?target_session_attrs=read-write", "Username=u;Database=d;Host=h")]
    [InlineData("postgres://u@%2Frun%2Fpg/d", "Username=u;Database=d;Host=/run/pg")]
    [InlineData("postgres:///d?host=/run/pg&port=5433", "Database=d;Host=/run/pg;Port=5433")]
    [InlineData("postgres://h/d?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3&application_name=a%20b", "Database=d;SSL Mode=VerifyFull;Root Certificate=/ca.pem;Timeout=3;Application Name=\"a b\";Host=h")]
    [InlineData("postgres://h/d?sslrootcert=system&keepalives=1&keepalives_idle=60", "Database=d;TCP Keepalive=True;TCP Keepalive Time=60;Host=h")]
    [InlineData("host=h port=5433 user=u password='it\\'s' dbname=d", "Username=u;Password=\"it's\";Database=d;Host=h;Port=5433")]
    [InlineData("hostaddr=10.0.0.1 user=u", "Username=u;Host=10.0.0.1")]
    [InlineData("host=h1,h2 port=7 user=u", "Username=u;Host=\"h1:7,h2:7\"")]
    [InlineData("Host=h;Port=5433;Username=u;Password='a;b';Database=d;SSL Mode=Require;Maximum Pool Size=7", "Username=u;Password=\"a;b\";Database=d;SSL Mode=Require;Maximum Pool Size=7;Host=h;Port=5433")]
    [InlineData("Server=h;User Id=u;Pwd=p", "Username=u;Password=p;Host=h")]
    public void Each_form_says_the_same_to_Npgsql(string text, string expected)
        => Assert.Equal(new Npgsql.NpgsqlConnectionStringBuilder(expected).ConnectionString, PostgresConnection.Read(text).ConnectionString);

    [Theory]
    [InlineData("mysql://u:hunter2@h/d", "no PostgreSQL connection string")]
    [InlineData("hunter2", "no PostgreSQL connection string")]
    [InlineData("postgres://u:hunter2@h/d?service=hunter2", "parameter 5 is none")]
    [InlineData("postgres://u:hunter2@h/d?sslmode=hunter2", "parameter sslmode has a value")]
    [InlineData("postgres://u:hunter2@h/d?connect_timeout=hunter2", "parameter connect_timeout has a value")]
    [InlineData("Host=h;Password=a;hunter2=c", "parameter 3 is none")]
    [InlineData("host=h hostaddr=10.0.0.1 password=hunter2", "both host and hostaddr")]
    [InlineData("host=h port=0 password=hunter2", "PostgreSQL connection string")]
    public void What_cannot_be_carried_over_is_refused_without_being_quoted(string text, string fault)
    {
        var refused = Assert.Throws<FormatException>(() => PostgresConnection.Read(text));
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
    }
}
