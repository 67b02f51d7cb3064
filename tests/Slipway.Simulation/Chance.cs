namespace Slipway.Simulation;

/// <summary>Numbers by chance, from a seeded source.</summary>
internal static class Chance
{
    /// <summary>A number of the standard normal distribution (Box and Muller 1958).</summary>
    public static double Normal(Random random)
        => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>How many of rare events happen when so many are expected (Knuth's product of uniforms, in parts so that it does not underflow).</summary>
    public static int Poisson(Random random, double expected)
    {
        var count = 0;
        for (; expected > 0; expected -= 100)
        {
            var limit = Math.Exp(-Math.Min(expected, 100));
            for (var product = random.NextDouble(); product > limit; product *= random.NextDouble())
                count++;
        }
        return count;
    }
}
