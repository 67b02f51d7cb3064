using System.Runtime.CompilerServices;
using Slipway.Core.Manifests;
using Slipway.Releases.Ports;
using Slipway.Targets.Processes.Instances;

namespace Slipway.Targets.Processes.Logs;

/// <summary>Reads the lines of several instances, those that have ended included, and goes on with new ones where asked.</summary>
/// <param name="home">The home folder.</param>
/// <param name="query">Which lines are wanted.</param>
/// <param name="environment">The environment.</param>
/// <param name="options">How logs are kept.</param>
internal sealed class LogReader(HomeFolder home, LogQuery query, ProcessEnvironment environment, ProcessTargetOptions options)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<InstanceId, List<Source>> _sources = [];

    /// <summary>The lines.</summary>
    public async IAsyncEnumerable<LogLine> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var line in Begin(query.Tail))
            yield return line;
        while (query.Follow && !cancellation.IsCancellationRequested)
        {
            var any = false;
            foreach (var line in _sources.Values.SelectMany(sources => sources).SelectMany(source => source.ReadOn()))
            {
                any = true;
                yield return line;
            }
            foreach (var line in Begin(int.MaxValue))
                yield return line;
            if (!any)
                await Task.Delay(s_look, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The last lines of instances not met yet.</summary>
    private IEnumerable<LogLine> Begin(int tail)
    {
        var root = home.Instances(query.Environment);
        if (!Directory.Exists(root))
            return [];
        var found = new List<(InstanceRecord Record, List<Source> Sources)>();
        foreach (var path in Directory.EnumerateDirectories(root))
        {
            if (!InstanceId.TryParse(Path.GetFileName(path), out var id) || _sources.ContainsKey(id))
                continue;
            var folder = new InstanceFolder(path);
            var runner = environment.Find(id);
            if ((runner?.Record ?? folder.Load()) is not { } record || !Wanted(record))
                continue;
            List<Source> sources =
            [
                new(id, false, runner?.Output ?? new(folder.Output, options.LogBytesMax, options.LogFilesKept)),
                new(id, true, runner?.Error ?? new(folder.Error, options.LogBytesMax, options.LogFilesKept)),
            ];
            _sources.Add(id, sources);
            found.Add((record, sources));
        }
        return found.OrderBy(entry => entry.Record.CreatedAt).SelectMany(entry => entry.Sources).SelectMany(source => source.Tail(tail)).ToList();
    }

    private bool Wanted(InstanceRecord record)
        => (query.Service is not { } service || record.Service.Name == service)
            && (query.Release is not { } release || record.Release == release)
            && (query.Instance is not { } instance || record.Id == instance);

    /// <summary>One stream of one instance.</summary>
    private sealed class Source
    {
        private readonly InstanceId _instance;
        private readonly bool _error;
        private readonly LogFile _file;
        private readonly LineSplitter _splitter;
        private readonly List<LogLine> _lines = [];
        private readonly byte[] _buffer = new byte[64 * 1024];
        private long _place;

        public Source(InstanceId instance, bool error, LogFile file)
        {
            _instance = instance;
            _error = error;
            _file = file;
            _splitter = new(text => _lines.Add(new(instance, error, text)));
        }

        public IEnumerable<LogLine> Tail(int count)
        {
            (var lines, _place) = _file.Tail(count);
            return lines.Select(text => new LogLine(_instance, _error, text));
        }

        public List<LogLine> ReadOn()
        {
            _lines.Clear();
            if (_file.Read(ref _place, _buffer) is var got and > 0)
                _splitter.Add(_buffer.AsSpan(0, got));
            return [.. _lines];
        }
    }
}
