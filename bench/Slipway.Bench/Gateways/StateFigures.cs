using Slipway.Core.Routing;
using Slipway.Gateway.Hosting;
using Slipway.Gateway.Securing;
using Slipway.Gateway.Tables;

namespace Slipway.Bench.Gateways;

/// <summary>Damage to what the gateway has on disk: how often something is lost that the damage did not touch.</summary>
internal static class StateFigures
{
    public static IEnumerable<Figure> Measure(string folder, bool quick, Action<string> progress)
    {
        progress("Damage to the stored state:");
        using var log = new GatewayLog(Stream.Null);
        var (tables, certificates) = quick ? (2_000, 100) : (9_000, 1_000);
        var random = new Random(11);
        var lost = Tables(Path.Combine(folder, "damaged"), tables, random, log);
        progress($"  {tables:N0} damaged tables: {lost} starts without a whole table");
        var lostNames = CertificatesLost(Path.Combine(folder, "damaged-certificates"), certificates, random, log);
        progress($"  {certificates:N0} damaged certificates: {lostNames} times another name was not served");
        yield return Figure.Exactly($"unrelated routes lost over {tables + certificates:N0} torn writes, bit flips and bad certificates", lost + lostNames, "routes", 0);
    }

    // Two tables were saved; the newest file is then torn, flipped, emptied or overwritten. A start must serve one of the two, whole.
    private static int Tables(string home, int count, Random random, GatewayLog log)
    {
        Directory.CreateDirectory(home);
        var (before, now) = (SlipwayProxy.Table(1, null, 1001, 1002), SlipwayProxy.Table(2, null, 1001, 1003));
        var lost = 0;
        for (var i = 0; i < count; i++)
        {
            var store = new TableStore(home, log);
            File.WriteAllBytes(Path.Combine(home, "table.previous.json"), TableFile.Write(before));
            var whole = TableFile.Write(now);
            var path = Path.Combine(home, random.Next(4) == 0 ? "table.next.json" : "table.json");
            File.WriteAllBytes(Path.Combine(home, "table.json"), whole);
            File.WriteAllBytes(path, Damaged(whole, random));
            var read = store.Load();
            if (read is null || !(Same(read, before) || Same(read, now)))
                lost++;
        }
        return lost;
    }

    private static bool Same(RouteTable one, RouteTable other) => TableFile.Write(one).AsSpan().SequenceEqual(TableFile.Write(other));

    private static int CertificatesLost(string folder, int count, Random random, GatewayLog log)
    {
        string[] names = ["a.test", "b.test", "c.test"];
        foreach (var name in names)
            SlipwayProxy.WriteCertificate(folder, name, name);
        var place = SlipwayProxy.Certificates(folder);
        var whole = Directory.GetFiles(place).ToDictionary(path => path, File.ReadAllBytes);
        var lost = 0;
        for (var i = 0; i < count; i++)
        {
            foreach (var (path, content) in whole)
                File.WriteAllBytes(path, content);
            var hit = names[random.Next(names.Length)];
            var file = Path.Combine(place, hit + (random.Next(2) == 0 ? ".crt" : ".key"));
            File.WriteAllBytes(file, Damaged(whole[file], random));
            var shown = new Certificates(place, speaksHttp2: true, log);
            lost += names.Count(name => name != hit && !shown.Serves(name));
        }
        return lost;
    }

    private static byte[] Damaged(byte[] whole, Random random)
    {
        var copy = (byte[])whole.Clone();
        switch (random.Next(5))
        {
            case 0:
                return copy[..random.Next(copy.Length)];
            case 1:
                copy[random.Next(copy.Length)] ^= (byte)(1 << random.Next(8));
                return copy;
            case 2:
                Array.Clear(copy, random.Next(copy.Length), 1);
                return copy;
            case 3:
                random.NextBytes(copy.AsSpan(random.Next(copy.Length)));
                return copy;
            default:
                return [];
        }
    }
}
