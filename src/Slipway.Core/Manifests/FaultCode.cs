namespace Slipway.Core.Manifests;

/// <summary>
/// The codes of everything that can be wrong with a manifest, its settings or a <c>.env</c> file. A code keeps its
/// meaning for ever; the manual (<c>docs/manual/faults.md</c>) explains each with its remedy.
/// </summary>
public static class FaultCode
{
    /// <summary>The file holds nothing.</summary>
    public const string Empty = "SLIP001";

    /// <summary>The file is larger than a manifest may be.</summary>
    public const string TooLarge = "SLIP002";

    /// <summary>The file is not text in UTF-8.</summary>
    public const string NotText = "SLIP003";

    /// <summary>The file is not YAML.</summary>
    public const string Syntax = "SLIP004";

    /// <summary>A tab stands where YAML wants spaces.</summary>
    public const string Tab = "SLIP005";

    /// <summary>The file holds more than one document.</summary>
    public const string SeveralDocuments = "SLIP006";

    /// <summary>Values are nested too deeply.</summary>
    public const string TooDeep = "SLIP007";

    /// <summary>Aliases blow the file up to too many values.</summary>
    public const string TooManyNodes = "SLIP008";

    /// <summary>An alias names no anchor, or the one it stands in.</summary>
    public const string Alias = "SLIP009";

    /// <summary>A key is given twice in one mapping.</summary>
    public const string DuplicateKey = "SLIP010";

    /// <summary>A tag other than YAML's own.</summary>
    public const string Tag = "SLIP011";

    /// <summary>A key that is not plain text.</summary>
    public const string KeyNotText = "SLIP012";

    /// <summary>A merge key whose value cannot be merged.</summary>
    public const string Merge = "SLIP013";

    /// <summary>A key that means nothing here.</summary>
    public const string UnknownKey = "SLIP020";

    /// <summary>A value of the wrong type or form.</summary>
    public const string WrongType = "SLIP021";

    /// <summary>A key that must be there is missing.</summary>
    public const string Missing = "SLIP022";

    /// <summary>A number, duration or size outside its range.</summary>
    public const string OutOfRange = "SLIP023";

    /// <summary>A name that is not well formed.</summary>
    public const string BadName = "SLIP024";

    /// <summary>A word that is none of the known ones.</summary>
    public const string UnknownChoice = "SLIP025";

    /// <summary>A variable in <c>${NAME}</c> that has no value.</summary>
    public const string UndefinedVariable = "SLIP026";

    /// <summary>A <c>${</c> that is not written as one can be read.</summary>
    public const string BadInterpolation = "SLIP027";

    /// <summary>A command that cannot be split into words.</summary>
    public const string BadCommand = "SLIP028";

    /// <summary>A command that asks for a shell.</summary>
    public const string ShellInCommand = "SLIP029";

    /// <summary>Two keys that say the same or exclude each other.</summary>
    public const string Conflict = "SLIP030";

    /// <summary>An environment that the manifest does not declare.</summary>
    public const string UnknownEnvironment = "SLIP031";

    /// <summary>A need that is neither a service nor a backing service.</summary>
    public const string UnknownNeed = "SLIP040";

    /// <summary>Services that wait for each other.</summary>
    public const string CyclicNeeds = "SLIP041";

    /// <summary>Two routes that catch the same requests.</summary>
    public const string SameRoute = "SLIP042";

    /// <summary>A check over HTTP or TCP of a service without a port.</summary>
    public const string CheckWithoutPort = "SLIP043";

    /// <summary>A service and a backing service of the same name, or a name listed twice.</summary>
    public const string SameName = "SLIP044";

    /// <summary>A route to a service without a port.</summary>
    public const string RouteWithoutPort = "SLIP045";

    /// <summary>A service that nothing starts.</summary>
    public const string NoRun = "SLIP046";

    /// <summary>Canary steps that do not rise to 100.</summary>
    public const string Steps = "SLIP048";

    /// <summary>Steps under a strategy that has none to choose.</summary>
    public const string StepsUnused = "SLIP049";

    /// <summary>A path that leads outside the manifest's folder.</summary>
    public const string PathOutside = "SLIP050";

    /// <summary>An environment sets a setting that is not declared.</summary>
    public const string UnknownSetting = "SLIP060";

    /// <summary>A setting's value is not of its type.</summary>
    public const string SettingType = "SLIP061";

    /// <summary>A setting that must have a value has none.</summary>
    public const string SettingMissing = "SLIP062";

    /// <summary>A setting has a value where it may not.</summary>
    public const string SettingNotAllowed = "SLIP063";

    /// <summary>A secret's value stands in the manifest.</summary>
    public const string SecretInManifest = "SLIP064";

    /// <summary>A reference to a secret that cannot be read, names no store, or stands where no secret may.</summary>
    public const string SecretReference = "SLIP065";

    /// <summary>A pattern or range that cannot be read.</summary>
    public const string SettingForm = "SLIP066";

    /// <summary>A secret that every service sees.</summary>
    public const string SecretSeenByAll = "SLIP067";

    /// <summary>A default that nothing marks as safe, or marked where none is used.</summary>
    public const string UnsafeDefault = "SLIP068";

    /// <summary>A rotation that lacks what its kind needs.</summary>
    public const string Rotation = "SLIP069";

    /// <summary>A <c>.env</c> line that cannot be read.</summary>
    public const string DotEnv = "SLIP070";

    /// <summary>A rule between settings that cannot be read.</summary>
    public const string SettingRelation = "SLIP071";

    /// <summary>A rule between settings that does not hold.</summary>
    public const string BrokenRelation = "SLIP072";

    /// <summary>A value under a setting's former name.</summary>
    public const string FormerName = "SLIP073";

    /// <summary>A variable that carries the application's prefix but names no setting.</summary>
    public const string UnknownVariable = "SLIP074";

    /// <summary>A setting that is given twice, by its variable and by a file.</summary>
    public const string GivenTwice = "SLIP075";

    /// <summary>A secret store that lacks what its kind needs.</summary>
    public const string SecretStore = "SLIP076";

    /// <summary>A secret that is referred to and cannot be read.</summary>
    public const string SecretUnreadable = "SLIP077";

    /// <summary>A rendered file that is not as the manifest would render it.</summary>
    public const string StaleFile = "SLIP078";

    /// <summary>A file with a setting's value that cannot be read.</summary>
    public const string SettingFile = "SLIP079";

    /// <summary>A command that holds a secret, where every user of a machine sees it.</summary>
    public const string SecretInCommand = "SLIP080";

    /// <summary>A value that grants access, of a setting that is not declared as a secret.</summary>
    public const string UndeclaredSecret = "SLIP081";

    /// <summary>An objective that is above what the gates let pass.</summary>
    public const string Objective = "SLIP082";

    /// <summary>A caution that comes later than proof.</summary>
    public const string Caution = "SLIP083";

    /// <summary>A metric that cannot be read as one.</summary>
    public const string Metric = "SLIP085";

    /// <summary>A gate over a metric that measures nothing, or more than one thing.</summary>
    public const string MetricKind = "SLIP086";

    /// <summary>A gate over a metric whose limits contradict each other, or that has none.</summary>
    public const string MetricLimits = "SLIP087";

    /// <summary>A limit in a unit that does not fit, or outside its range.</summary>
    public const string MetricUnit = "SLIP088";

    /// <summary>Metrics of a service without a port.</summary>
    public const string MetricsWithoutPort = "SLIP089";

    /// <summary>Two gates of the same name, or a ratio of a metric to itself.</summary>
    public const string SameMetric = "SLIP090";

    /// <summary>Gates of which one makes another meaningless.</summary>
    public const string Gates = "SLIP091";

    /// <summary>A smoke step that refers to what nothing gives it.</summary>
    public const string SmokeReference = "SLIP092";

    /// <summary>A capture or an expectation of a smoke step that cannot be read.</summary>
    public const string SmokeForm = "SLIP093";

    /// <summary>A migration of a service without a build.</summary>
    public const string MigrationWithoutBuild = "SLIP095";

    /// <summary>An incompatible migration under a strategy by which two releases work on one schema.</summary>
    public const string IncompatibleStrategy = "SLIP096";

    /// <summary>A seed in an environment whose data may not be filled by it.</summary>
    public const string SeedPlace = "SLIP097";

    /// <summary>A service whose name is that of another one's migration or seed.</summary>
    public const string OneOffName = "SLIP098";

    /// <summary>A key that only a job has, on a service that is none.</summary>
    public const string OnlyJobs = "SLIP099";

    /// <summary>A protection of a route that contradicts itself or lacks something.</summary>
    public const string Protection = "SLIP100";

    /// <summary>A gateway's TLS or trust that lacks its other half, or a path of its that is not absolute.</summary>
    public const string GatewayTls = "SLIP101";
}
