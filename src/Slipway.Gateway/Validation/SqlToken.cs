namespace Slipway.Gateway.Validation;

/// <summary>The kinds of pieces that a text has when it is read as SQL of any dialect.</summary>
internal enum SqlKind : byte
{
    End,
    Number,
    String,
    Word,
    Variable,
    Logic,
    Compare,
    Operator,
    Star,
    Open,
    Close,
    Comma,
    Dot,
    Semicolon,
    Comment,
    Other,
}

/// <summary>The words of SQL that the rules ask for; all others are <see cref="None"/>.</summary>
internal enum SqlWord : byte
{
    None,
    All,
    Analyse,
    By,
    Case,
    Constant,
    Delay,
    Distinct,
    From,
    Group,
    Having,
    Into,
    Limit,
    Not,
    Order,
    Outfile,
    Procedure,
    Probe,
    ProbeCall,
    Select,
    Set,
    Statement,
    Schema,
    Table,
    Top,
    Union,
    Values,
    Waitfor,
    When,
    Where,
    Execute,
    CharCall,
    If,
}

/// <summary>A piece of a text read as SQL.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Word">Which word of SQL it is.</param>
/// <param name="At">Where it begins.</param>
/// <param name="Length">How long it is, in characters.</param>
/// <param name="IsOpen">Whether it is a string that nothing closes.</param>
internal readonly record struct SqlToken(SqlKind Kind, SqlWord Word, int At, int Length, bool IsOpen);
