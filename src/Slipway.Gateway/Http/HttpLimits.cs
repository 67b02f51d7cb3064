namespace Slipway.Gateway.Http;

/// <summary>The bounds of what the parser takes.</summary>
internal static class HttpLimits
{
    /// <summary>A request line or status line, in bytes.</summary>
    public const int StartLineBytesMax = 8 * 1024;

    /// <summary>A whole head, in bytes. Twice this and what the gateway adds fits a large slab.</summary>
    public const int HeadBytesMax = 32 * 1024;

    /// <summary>Field lines in a head.</summary>
    public const int FieldsMax = 100;

    /// <summary>A method, in bytes.</summary>
    public const int MethodBytesMax = 32;

    /// <summary>A host with its port, in bytes.</summary>
    public const int HostBytesMax = 262;

    /// <summary>The line of a chunk's size with its extensions, in bytes.</summary>
    public const int ChunkLineBytesMax = 256;

    /// <summary>All trailer lines of a body, in bytes.</summary>
    public const int TrailerBytesMax = 8 * 1024;

    /// <summary>Interim answers (1xx) before the final one.</summary>
    public const int InterimAnswersMax = 16;
}
