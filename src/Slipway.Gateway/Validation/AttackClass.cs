namespace Slipway.Gateway.Validation;

/// <summary>What an input tries to do to the application behind the gateway.</summary>
internal enum AttackClass
{
    /// <summary>Nothing that is known of.</summary>
    None,

    /// <summary>Becomes part of a database query.</summary>
    SqlInjection,

    /// <summary>Becomes part of a page that another user sees.</summary>
    CrossSiteScripting,

    /// <summary>Becomes part of a command line, or code that the server runs.</summary>
    CommandInjection,

    /// <summary>Names a file outside the folder that was meant.</summary>
    PathTraversal,

    /// <summary>Becomes a field of an answer or of a mail.</summary>
    HeaderInjection,
}
