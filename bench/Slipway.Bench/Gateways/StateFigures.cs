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
        progress($"  {tables:N0} damaged tables: {lost} starts with another than the one left whole");
        var lostNames = CertificatesLost(Path.Combine(folder, "damaged-certificates"), certificates, random, log);
        progress($"  {certificates:N0} damaged certificates: {lostNames} times another name was not served");
        yield return Figure.Exactly($"unrelated routes lost over {tables + certificates:N0} torn writes, bit flips and bad certificates", lost + lostNames, "routes", 0);
    }

    // Two tables were saved. Then the newest is torn, flipped, emptied or overwritten, or the one before, or a third is torn while it is
    // written over the one before. A start must serve what was not touched, whole; the touched one only where nothing in it changed.
    private static int Tables(string home, int count, Random random, GatewayLog log)
    {
        Directory.CreateDirectory(home);
        RouteTable[] tables = [.. Enumerable.Range(1, 3).Select(version => SlipwayProxy.Table(version, null, [.. Enumerable.Range(1000 + version, 40)]))];
        var (before, now, next) = (tables[0], tables[1], tables[2]);
        var lost = 0;
        for (var i = 0; i < count; i++)
        {
            // Which of the two files is the newest says nothing.
            var older = i % 2 == 0 ? TableSlots.First : TableSlots.Second;
            var (olderFile, newestFile) = (Path.Combine(home, older), Path.Combine(home, TableSlots.Other(older)));
            File.WriteAllBytes(olderFile, Filled(TableFile.Write(before)));
            File.WriteAllBytes(newestFile, Filled(TableFile.Write(now)));
            RouteTable[] right;
            switch (random.Next(4))
            {
                case 0:
                    Hit(olderFile, before, random);
                    right = [now];
                    break;
                case 1:
                    Tear(olderFile, before, next, random);
                    right = [now, next];
                    break;
                default:
                    Hit(newestFile, now, random);
                    right = [before, now];
                    break;
            }
            if (new TableStore(home, log).Load() is not { } read || !right.Any(one => Same(read, one)))
                lost++;
        }
        return lost;
    }

    private static void Hit(string file, RouteTable table, Random random)
    {
        var damaged = Damaged(TableFile.Write(table), random);
        File.WriteAllBytes(file, random.Next(2) == 0 ? damaged : Filled(damaged));
    }

    // What a loss of power leaves of a write in place: sectors in any order, each written or not.
    private static void Tear(string file, RouteTable old, RouteTable next, Random random)
    {
        const int sectorBytes = 512;
        var (content, written) = (Filled(TableFile.Write(old)), Filled(TableFile.Write(next)));
        var (inOrder, sectors) = (random.Next(2) == 0, written.Length / sectorBytes);
        var torn = random.Next(sectors);
        for (var sector = 0; sector < sectors; sector++)
        {
            if (inOrder ? sector < torn : random.Next(2) == 0)
                written.AsSpan(sector * sectorBytes, sectorBytes).CopyTo(content.AsSpan(sector * sectorBytes));
        }
        File.WriteAllBytes(file, content);
    }

    // As a file is that was written in place.
    private static byte[] Filled(byte[] content)
    {
        var whole = new byte[2 * 4096];
        content.CopyTo(whole, 0);
        whole.AsSpan(content.Length).Fill((byte)'\n');
        return whole;
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
