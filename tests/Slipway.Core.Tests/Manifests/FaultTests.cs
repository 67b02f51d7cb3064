using Slipway.Core.Manifests;

namespace Slipway.Core.Tests.Manifests;

/// <summary>One manifest for each fault, with the whole line that is printed.</summary>
public sealed class FaultTests
{
    private const string Head = "app: shop\nservices: { api: { run: ./api, port: 5000 } }\n";

    [Theory]
    [InlineData("", "error SLIP001: The file is empty. Begin it with the application's name, such as: app: shop")]
    [InlineData("# only a remark\n", "error SLIP001: The file is empty. Begin it with the application's name, such as: app: shop")]
    [InlineData("~", "1:1: error SLIP001: The file is empty. Begin it with the application's name, such as: app: shop")]
    [InlineData("app: sh\uFFFDp", "1:8: error SLIP003: The file is not UTF-8 here. Save it in the encoding UTF-8.")]
    [InlineData("app: shop\0", "1:10: error SLIP003: The character U+0000 cannot stand in a text file. Remove it, and save the file as UTF-8 text.")]
    [InlineData("app: shop\nx: \uD83Dx", "2:4: error SLIP003: The file is not UTF-8 here. Save it in the encoding UTF-8.")]
    [InlineData("app: shop: x", "1:10: error SLIP004: A second ': ' stands in one value, or the line is indented too far. Put the value in quotes, or align the key with its neighbours.")]
    [InlineData("a: [1, 2\nb: 1", "1:6: error SLIP004: A list in [ ] or a mapping in { } that began before is not closed here. Close it with ] or }, and put texts that hold such brackets in quotes.")]
    [InlineData("a: { b: 1", "1:10: error SLIP004: A mapping in { } is not closed, or a comma is missing in it. Write it as { key: value, other: value }, with texts that hold , or } in quotes.")]
    [InlineData("a: 'x", "1:4: error SLIP004: A quoted text is not closed. Close it with the same quote that opens it.")]
    [InlineData("a:\n  b: 1\n c: 2", "3:2: error SLIP004: The line does not fit the ones above it. Give keys of one level the same indentation, each a ': ' after it, and put a quoted value in quotes as a whole.")]
    [InlineData("a: 1\nb", "2:1: error SLIP004: A key without a ': ' stands here. Write it as: key: value")]
    [InlineData("a: *", "1:4: error SLIP004: A value cannot begin with '*'. Put the value in quotes.")]
    [InlineData("app: @shop", "1:6: error SLIP004: A value cannot begin with '@'. Put the value in quotes.")]
    [InlineData("app: shop\nservices:\n\tapi: x", "3:1: error SLIP005: A tab stands in the indentation; YAML allows spaces only. Replace it by spaces, two for each level.")]
    [InlineData("app: shop\n---\napp: shop", "2:1: error SLIP006: A second document starts here; a manifest is one. Remove the line --- and what follows it, or move that to a file of its own.")]
    [InlineData(Head + "guard: *x", "3:8: error SLIP009: The alias *x names no anchor before it. Put &x before the value that is meant, or write a text that begins with * in quotes.")]
    [InlineData("app: shop\nservices: &x { a: *x }", "2:19: error SLIP009: The alias *x stands inside the value that it names. Write the value out.")]
    [InlineData(Head + "app: shop", "3:1: error SLIP010: The key 'app' is given twice; the first is on line 1. Keep one of the two.")]
    [InlineData(Head + "guard: !hours 1h", "3:8: error SLIP011: The tag '!hours' means nothing in a manifest. Remove the tag.")]
    [InlineData(Head + "~: x", "3:1: error SLIP012: A key must be plain text. Write it as: key: value")]
    [InlineData(Head + "? [a]\n: x", "3:3: error SLIP012: A key must be plain text. Write it as: key: value")]
    [InlineData(Head + "gates: { <<: 5 }", "3:14: error SLIP013: A merge key takes a mapping or a list of mappings. Write <<: *anchor, the anchor before a mapping.")]
    [InlineData("- app", "1:1: error SLIP021: A manifest is a mapping, not a list. Begin it with the application's name, such as: app: shop")]
    [InlineData(Head + "servces: {}", "3:1: error SLIP020: 'servces' is no key of a manifest. Did you mean 'services'?")]
    [InlineData(Head + "back: {}", "3:1: error SLIP020: 'back' is no key of a manifest. Did you mean 'backing'?")]
    [InlineData(Head + "zzz: 1", "3:1: error SLIP020: 'zzz' is no key of a manifest. Known are: app, version, target, gateway, services, backing, rollout, gates, secrets, guard, settings, rules, environments.")]
    [InlineData(Head + "environments: { ci: { tarqet: docker } }", "3:23: error SLIP020: 'tarqet' is no key of an environment. Did you mean 'target'?")]
    [InlineData("app: shop\nservices: [api]", "2:11: error SLIP021: 'services' takes a mapping from names, not a list. Write for example: services: { api: { run: ./Shop.Api } }")]
    [InlineData(Head + "guard: soon", "3:8: error SLIP021: 'guard' takes a duration such as 500ms, 30s, 15m, 2h or 1m30s from 0s to 7d, not the text 'soon'. Write for example: guard: 1h")]
    [InlineData(Head + "guard: 30", "3:8: error SLIP021: 'guard' takes a duration such as 500ms, 30s, 15m, 2h or 1m30s from 0s to 7d, not the number 30. Write for example: guard: 1h")]
    [InlineData(Head + "gates: { requests: '50' }", "3:20: error SLIP021: 'requests' takes a whole number from 1 to 1000000 without quotes, not the text '50' in quotes. Write for example: requests: 200")]
    [InlineData(Head + "rollout: { approval: yes }", "3:22: error SLIP021: 'approval' takes true or false, not the text 'yes'. Write for example: approval: true")]
    [InlineData("services: { api: { run: x } }", "1:1: error SLIP022: A manifest needs the key 'app'. Add it, such as: app: shop")]
    [InlineData("app: shop", "1:1: error SLIP022: The application has no services. Add one, such as: services: { api: { run: ./Shop.Api, port: 5000 } }")]
    [InlineData(Head + "rollout: { steps: [{ bake: 1m }, 100] }", "3:20: error SLIP022: A step needs the key 'to'. Add it, such as: to: 10")]
    [InlineData(Head + "guard: 8d", "3:8: error SLIP023: 'guard' takes a duration such as 500ms, 30s, 15m, 2h or 1m30s from 0s to 7d, not '8d'. Write for example: guard: 1h")]
    [InlineData(Head + "gateway: 70000", "3:10: error SLIP021: 'gateway' takes a port or an IP address with a port, such as 127.0.0.1:8080, not the number 70000. Write for example: gateway: 127.0.0.1:8080")]
    [InlineData("app: Shop\nservices: { api: { run: x } }", "1:6: error SLIP024: 'app' takes a lower-case name of letters, digits and hyphens, 40 characters at most, not 'Shop'. Write for example: app: shop")]
    [InlineData("app: shop\nservices: { my_api: { run: x } }", "2:13: error SLIP024: 'my_api' is no name here: it must be a lower-case name of letters, digits and hyphens, 40 characters at most. Rename it.")]
    [InlineData(Head + "settings: { level: string }", "3:13: error SLIP024: 'level' is no name here: it must be an upper-case name of letters, digits and underscores that begins with a letter, such as API__LOG_LEVEL. Rename it.")]
    [InlineData(Head + "environments: { Prod: {} }", "3:17: error SLIP024: 'Prod' is no name here: it must be a lower-case name of letters, digits and hyphens, 24 characters at most. Rename it.")]
    [InlineData(Head + "gates: { memory: 80% }", "3:10: warning SLIP091: 'memory' undoes at once before 'resources' can be sustained. Make 'memory' the higher of the two.")]
    [InlineData("app: shop\nservices: { api: { run: x, objective: { errors: 5% } } }", "2:41: error SLIP082: The service 'api' may fail more of its requests than 'gates: errors' lets pass, so that no verdict is possible. Make the objective the lower of the two.")]
    [InlineData(Head + "gates: { caution: 0.05% }", "3:10: error SLIP083: 'caution' is no larger than 'false_alarms': whoever steps back on a suspicion does so long before there is proof. Raise 'caution', or turn it off with 0%.")]
    [InlineData(Head + "rollout: canari", "3:10: error SLIP025: 'canari' is none of the values of 'rollout': rolling, blue-green, canary, recreate. Did you mean 'canary'?")]
    [InlineData(Head + "target: heroku", "3:9: error SLIP025: 'heroku' is none of the values of 'target': process, docker, swarm, kubernetes. Choose one of them.")]
    [InlineData(Head + "version: ${COMMIT}", "3:10: error SLIP026: The variable COMMIT has no value. Set it, or give a default: ${COMMIT:-value}")]
    [InlineData(Head + "version: v${COMMIT", "3:10: error SLIP027: The ${ at character 2 of 'v${COMMIT' cannot be read. Write ${NAME} or ${NAME:-default}, and $${ for the characters themselves.")]
    [InlineData("app: shop\nservices: { api: { run: './api \"${A B}\"' } }", "2:25: error SLIP027: The ${ in '${A B}' cannot be read. Write ${NAME} or ${NAME:-default}, and $${ for the characters themselves.")]
    [InlineData("app: shop\nservices: { api: { run: ./api 'x } }", "2:25: error SLIP028: The quote ' in the command is not closed. Close it with another '.")]
    [InlineData("app: shop\nservices: { api: { run: '' } }", "2:25: error SLIP028: The command is empty. Name a program and its arguments, such as: dotnet run")]
    [InlineData("app: shop\nservices: { api: { run: ./migrate && ./api } }", "2:25: error SLIP029: '&&' is for a shell, and commands run without one. Name a shell to have one: [sh, -c, \"./migrate && ./api\"]")]
    [InlineData("app: shop\nservices: { api: { run: x, port: 1, route: /a, routes: [/b] } }", "2:48: error SLIP030: 'route' and 'routes' are the same key and are both given. Move all routes under one of them.")]
    [InlineData("app: shop\nservices: { api: { run: x, port: 1, health: { path: /a, tcp: true } } }", "2:45: error SLIP030: 'health' of the service 'api' asks more than one thing. Keep one of path, command and tcp.")]
    [InlineData("app: shop\nservices: { api: { run: x, smoke: { command: y, status: 200 } } }", "2:49: error SLIP030: 'status' is for a request, but this smoke check is a command. Remove it, or give a path instead of the command.")]
    [InlineData(Head + "settings: { A: { required: prodution } }\nenvironments: { production: {} }", "3:28: warning SLIP031: There is no environment 'prodution'. Did you mean 'production'?")]
    [InlineData("app: shop\nservices: { api: { run: x, needs: [bd] } }\nbacking: { db: 'postgres:16' }", "2:36: error SLIP040: The service 'api' needs 'bd', which is neither a service nor a backing service. Did you mean 'db'?")]
    [InlineData("app: shop\nservices: { a: { run: x, needs: b }, b: { run: x, needs: [c] }, c: { run: x, needs: a } }", "2:78: error SLIP041: These services wait for each other: a -> b -> c -> a. Remove one of these needs.")]
    [InlineData("app: shop\nservices: { a: { run: x, needs: a } }", "2:26: error SLIP041: The service 'a' needs itself. Remove one of these needs.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 1, route: /x }, b: { run: x, port: 1, route: { path: /x/ } } }", "2:77: error SLIP042: The services 'a' and 'b' have the same route '/x'. Give each route once, to one service.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 1, route: [{ host: A.example.org }, { host: a.example.org }] } }", "2:68: error SLIP042: The service 'a' has the route 'a.example.org/' twice. Give each route once, to one service.")]
    [InlineData("app: shop\nservices: { a: { run: x, health: /health } }", "2:34: error SLIP043: 'health' of the service 'a' asks a port, but the service has none. Add the port that it listens on, such as: port: 5000; or check by a command.")]
    [InlineData("app: shop\nservices: { db: { run: x } }\nbacking: { db: 'postgres:16' }", "3:12: error SLIP044: 'db' is the name of a service and of a backing service. Rename one of the two.")]
    [InlineData("app: shop\nservices: { a: { run: x, needs: [db, db] } }\nbacking: { db: 'postgres:16' }", "2:38: error SLIP044: 'db' is listed twice. Keep one of the two.")]
    [InlineData("app: shop\nservices: { a: { run: x, route: / } }", "2:26: error SLIP045: The service 'a' has a route but no port to lead it to. Add the port that it listens on, such as: port: 5000")]
    [InlineData("app: shop\nservices: { a: { port: 1 } }", "2:13: error SLIP046: The service 'a' has no command that starts it. Add one, such as: run: ./Shop.Api --port ${PORT}")]
    [InlineData("app: shop\nservices: { a: ~ }", "2:13: error SLIP046: The service 'a' has no command that starts it. Add one, such as: run: ./Shop.Api --port ${PORT}")]
    [InlineData("app: shop\nservices: { static: {} }", "2:13: error SLIP046: The service 'static' has no command that starts it. Add one that serves its files; the target process serves none by itself.")]
    [InlineData(Head + "rollout: { steps: [10, 10, 100] }", "3:24: error SLIP048: The step 10 does not rise above the one before, 10. Write rising shares, such as: steps: [10, 50, 100]")]
    [InlineData(Head + "rollout: { steps: [10, 50] }", "3:24: error SLIP048: The last step is 50, so the release would never get all of the traffic. End with 100, such as: steps: [10, 50, 100]")]
    [InlineData(Head + "rollout: { steps: [] }", "3:12: error SLIP048: A canary needs at least one step. Write for example: steps: [10, 50, 100]")]
    [InlineData(Head + "rollout: { strategy: rolling, steps: [100] }", "3:31: warning SLIP049: Only the strategy canary has steps to choose; these are not used. Remove them, or write: strategy: canary")]
    [InlineData("app: shop\nservices: { a: { run: x, folder: ../b } }", "2:34: error SLIP050: 'folder' takes a path relative to the manifest and below its folder, not '../b'. Write for example: folder: src/api")]
    [InlineData(Head + "settings: { LEVEL: string }\nenvironments: { ci: { settings: { LEVLE: x } } }", "4:35: error SLIP060: The setting 'LEVLE' is not declared. Did you mean 'LEVEL'? Otherwise declare it under settings.")]
    [InlineData(Head + "settings: { N: integer }\nenvironments: { ci: { settings: { N: ten } } }", "4:35: error SLIP061: The value of 'N' must be a whole number, not 'ten'. Write for example: N: 10")]
    [InlineData(Head + "settings: { N: { type: enum, choices: [a, b], default: c } }", "3:47: error SLIP061: The default of 'N' must be one of a, b, not 'c'. Write for example: default: a")]
    [InlineData(Head + "settings: { N: { type: enum } }", "3:16: error SLIP022: The setting 'N' is an enum without choices. Add them, such as: choices: [debug, info]")]
    [InlineData(Head + "settings: { F: { only: [local] } }\nenvironments: { ci: { settings: { F: x } } }", "4:35: error SLIP063: The setting 'F' may not have a value in ci. Remove it; it is for local only.")]
    [InlineData(Head + "settings: { K: { secret: true } }\nenvironments: { prod: { settings: { K: x } } }", "4:37: error SLIP064: The value of the secret 'K' stands in the manifest. Consider it known. Put a new one into a store, and refer to it: K: secret://home/K")]
    [InlineData(Head + "settings: { K: { secret: true } }\nenvironments: { prod: { settings: { K: secret://home/../x } } }", "4:40: error SLIP065: 'secret://home/../x' is no reference to a secret. Write secret://store/name, or secret://store/name#3 for its third version.")]
    [InlineData(Head + "settings: { K: { secret: true } }\nenvironments: { prod: { settings: { K: secret://vault/x } } }", "4:40: error SLIP065: There is no secret store 'vault'. Known are: home, mounted, environment.")]
    [InlineData(Head + "settings: { K: string }\nenvironments: { prod: { settings: { K: secret://home/x } } }", "4:40: error SLIP065: 'K' refers to a secret, but is not declared as one. Declare it with secret: true, so that it is masked everywhere.")]
    [InlineData(Head + "settings: { K: { secret: true, store: safe } }", "3:32: error SLIP065: There is no secret store 'safe'. Known are: home, mounted, environment.")]
    [InlineData(Head + "settings: { K: { pattern: '(a' } }", "3:18: error SLIP066: The pattern of 'K' cannot be read. Write a regular expression; it must match the whole value.")]
    [InlineData(Head + "settings: { K: { type: duration, range: 9..1 } }", "3:34: error SLIP066: The range '9..1' of 'K' cannot be read. Write least..most, such as: range: 1s..5m")]
    [InlineData(Head + "settings: { K: { type: boolean, range: 1..2 } }", "3:33: error SLIP030: A setting of this type has no range. Remove the range.")]
    [InlineData("app: shop\nservices: { api: { run: a }, web: { run: b } }\nsettings: { K: { secret: true } }", "3:13: warning SLIP067: Every service sees the secret 'K'. Say which need it, such as: services: [api]")]
    [InlineData(Head + "settings: { K: { formerly: [L] }, M: { formerly: [L] } }", "3:51: error SLIP030: 'L' is said to be a former name of both 'K' and 'M'. Remove one of the two.")]
    [InlineData(Head + "settings: { K: { only: [local], required: [ci] } }", "3:44: error SLIP030: 'K' is required in ci, but may have a value in local only. Correct one of the two.")]
    [InlineData(Head + "settings: { K: { type: integer, example: many } }", "3:33: warning SLIP061: The example of 'K' is none: it must be a whole number, not 'many'. Write for example: example: 10")]
    [InlineData(Head + "settings: { K: url }\nenvironments: { prod: { settings: { K: \"https://u:secret@a\" } } }", "4:37: error SLIP081: The value of 'K' holds a password or a private key, but the setting is not declared as a secret. Declare it with secret: true, and consider this value known.")]
    [InlineData("app: shop\nservices: { a: { run: x, migrate: y } }", "2:26: error SLIP095: The service 'a' migrates without a build, so nobody would know later what was run. Add a build: it is then run from the artefact that was tested.")]
    [InlineData("app: shop\nservices: { a: { build: b, run: x, migrate: { run: y, compatible: false } } }", "2:55: error SLIP096: The migration of 'a' is incompatible, but under this strategy the release before serves on while the new one does. Write strategy: recreate under rollout, or make the change in steps that both releases can work with.")]
    [InlineData("app: shop\nservices: { a: { build: b, run: x, migrate: { run: y, timeout: 2d } } }", "2:64: error SLIP023: 'timeout' takes a duration such as 500ms, 30s, 15m, 2h or 1m30s from 1s to 1d, not '2d'. Write for example: timeout: 5m")]
    [InlineData("app: shop\nservices: { a: { run: x, seed: { run: y, only: [production] } } }\nenvironments: { production: {} }", "2:49: error SLIP097: A seed of 'a' names 'production', whose data is no seed's to fill. Name local, ci or staging only; what production needs to hold belongs into a migration.")]
    [InlineData("app: shop\nservices: { a: { run: x, seed: { run: y, only: [preview] } } }\nenvironments: { preview: {} }", "2:49: error SLIP097: A seed of 'a' names 'preview', whose data is no seed's to fill. Name local, ci or staging only; what production needs to hold belongs into a migration.")]
    [InlineData("app: shop\nservices: { a: { run: x, seed: { run: y, only: staging } } }\nenvironments: { staging: {} }", "2:48: error SLIP097: A seed of 'a' brings real data to staging. Fill staging with made-up data, and say so by data: synthetic.")]
    [InlineData("app: shop\nservices: { a: { build: b, run: x, migrate: y }, a-migrate: { run: z } }", "2:36: error SLIP098: The migration of 'a' would have the name of the service 'a-migrate'. Rename that service.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, limit: { by: field } } } }", "2:63: error SLIP100: A limit by field does not say which field. Add it, such as: field: X-Api-Key")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, limit: { field: X-Api-Key } } } }", "2:63: error SLIP100: A limit names a field but is not by field. Write by: field, or remove it.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, limit: { by: field, field: 'a b' } } } }", "2:74: error SLIP100: 'a b' is no name of a field. Use letters, digits and hyphens, 64 at most.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, limit: { by: caller } } } }", "2:63: error SLIP100: A limit by caller needs callers. Say who may ask: auth: { by: key, keys: /etc/shop/callers }")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, cors: https://shop.example.org/ } } }", "2:60: error SLIP100: 'https://shop.example.org/' is no origin. Write scheme and host alone, such as https://shop.example.org.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, cors: { origins: [https://shop.example.org], fields: [a b] } } } }", "2:99: error SLIP100: 'a b' is no name of a field. Use letters, digits and hyphens, 64 at most.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, cors: { origins: ['*'], credentials: true } } } }", "2:78: error SLIP100: With credentials any site could act in the name of a user. Name the origins, or leave credentials out.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, auth: { by: key, keys: callers } } } }", "2:71: error SLIP100: The file of callers is not absolute, and nobody knows where the gateway runs. Write its whole path, such as /etc/shop/callers.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, auth: { by: jwt, keys: /etc/jwks.json, audience: shop } } } }", "2:62: error SLIP100: Without issuer tokens meant for others would do. Add issuer, as the tokens say it.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, auth: { by: key, keys: /etc/callers, issuer: me } } } }", "2:91: error SLIP100: Only tokens have an issuer. Write by: jwt, or remove it.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, auth: { by: jwt, keys: http://id.example.org/jwks, issuer: i, audience: a } } } }", "2:71: error SLIP100: Signing keys come from an https address, or from a file with an absolute path: what comes unprotected could be anybody's. Write https://id.example.org/jwks.json or /etc/shop/jwks.json.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, auth: { by: key, keys: /etc/callers, roles: ['a,b'] } } } }", "2:91: error SLIP100: 'a,b' is no role. Use visible ASCII without commas.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { listen: 127.0.0.1:80, limits: redis.internal:6379 }", "3:34: error SLIP101: 'redis.internal:6379' is no address of a Redis. Write redis://HOST:PORT, and its password into limits_password_file.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { listen: 127.0.0.1:80, limits: redis://u:p@h:6379 }", "3:34: error SLIP101: 'redis://u:p@h:6379' is no address of a Redis. Write redis://HOST:PORT, and its password into limits_password_file.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { listen: 127.0.0.1:80, limits_password_file: pw }", "3:34: error SLIP101: The file of the password is not absolute, and nobody knows where the gateway runs. Write its whole path, such as /etc/shop/redis.password.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { listen: 127.0.0.1:80, protect: { limit: { by: caller } } }", "3:54: error SLIP100: Not every route knows its callers. Write by: client here, and by: caller at the routes with auth.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { listen: 127.0.0.1:80, traces: collector }", "3:34: error SLIP101: 'collector' is no address of a collector. Write the whole of it, such as http://127.0.0.1:4318/v1/traces.")]
    [InlineData("app: shop\nservices: { a: { run: x, port: 80, route: { path: /, headers: { csp: 'über' } } } }", "2:65: error SLIP100: A Content-Security-Policy has characters that no field may have. Write it in ASCII on one line.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { listen: 8080, tls: 8443 }", "3:26: error SLIP101: TLS needs both an address and a folder of certificates. Write tls: 0.0.0.0:8443 and certificates: /etc/shop/tls, or neither.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { tls: 8443, certificates: tls }", "3:23: error SLIP101: The folder of the certificates is not absolute, and nobody knows where the gateway runs. Write its whole path, such as /etc/shop/tls.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { access_log: x.log }", "3:12: error SLIP101: The file of the access log is not absolute, and nobody knows where the gateway runs. Write its whole path, such as /var/log/shop/access.jsonl.")]
    [InlineData("app: shop\nservices: { a: { run: x } }\ngateway: { proxy_protocol: true }", "3:12: error SLIP101: Without trust, nobody may say who the clients are. List the proxies: trust: [10.0.0.0/8]")]
    [InlineData("app: shop\nservices: { a: { run: x, deadline: 1h } }", "2:26: error SLIP099: 'deadline' is for a job, but the service 'a' is none. Remove it, or write kind: job.")]
    [InlineData(Head + "settings: { K: { services: [apy] } }", "3:29: error SLIP040: There is no service 'apy'. Did you mean 'api'?")]
    [InlineData(Head + "settings: { K: { secret: true, default: abcdef } }", "3:32: error SLIP068: The secret 'K' has a default, but nothing says where it may be used. Remove it, or say so: safe: [local]")]
    [InlineData(Head + "settings: { K: { default: a, safe: [production] } }", "3:37: error SLIP068: A default is never used in production. Keep local and ci only, and give the value under that environment's settings.")]
    [InlineData(Head + "settings: { K: { secret: true, rotation: keys } }", "3:42: error SLIP069: Only a setting of the type jwks rotates keys, and 'K' is none. Write type: jwks, or another kind.")]
    [InlineData(Head + "settings: { K: { secret: true, rotation: token } }", "3:42: error SLIP069: The rotation of 'K' needs the commands create and revoke. Add them, such as: create: ./tokens create, revoke: ./tokens revoke")]
    [InlineData(Head + "settings: { K: { type: integer, secret: true, rotation: value } }", "3:57: error SLIP069: Only a string without a pattern rotates to a random value, and 'K' is none. Write another kind, or rotate it by hand: slipway secrets set, then deploy.")]
    [InlineData(Head + "settings: { K: { secret: true, range: 8..40, rotation: value } }", "3:56: error SLIP069: A new value of 'K' would have 43 characters, which is not in its range 8..40. Write another length, in bytes; four characters hold three of them.")]
    [InlineData(Head + "settings: { K: { secret: true, rotation: value }, K_PREVIOUS: string }", "3:51: error SLIP069: 'K_PREVIOUS' is given to services while 'K' is rotated, so no setting may have that name. Rename it.")]
    [InlineData(Head + "settings: { K: string }\nrules: [K needs L]", "4:9: error SLIP071: The rule 'K needs L' cannot be read. Write A requires B, A forbids B, exactly one of A, B, at least one of A, B, or at most one of A, B.")]
    [InlineData(Head + "settings: { K: string }\nrules: [K requires LIMIT]", "4:9: error SLIP060: The setting 'LIMIT' of this rule is not declared. Declare it under settings.")]
    [InlineData("app: shop\nservices: { api: { run: \"./api --key=${K}\" } }\nsettings: { K: { secret: true } }", "2:20: warning SLIP080: The command of 'api' shows the secret 'K' to every user of its machine. Let the program read it from its environment.")]
    [InlineData(Head + "secrets: { home: encrypted }", "3:12: error SLIP044: The secret store 'home' is always there and cannot be declared. Give yours another name.")]
    [InlineData(Head + "secrets: { v: { kind: vault, auth: approle } }", "3:30: error SLIP076: The store 'v' logs in by AppRole, but names no role. Add the role_id.")]
    [InlineData(Head + "secrets: { v: { kind: encrypted, folder: /x } }", "3:34: error SLIP030: A store of this kind has no 'folder'. Remove it.")]
    public void A_fault_is_named_with_its_place_and_its_remedy(string text, params string[] expected)
        => Assert.Equal(expected.Order(), ManifestText.Faults(text).Select(fault => fault.TrimStart()).Order());

    [Fact]
    public void Every_fault_of_a_file_is_found_at_once()
    {
        const string Text = """
            ap: shop
            services:
              api:
                run: ./api && x
                prot: 5000
                health: /health
                replicas: 10..3
                needs: [bd]
            backing: { db: "postgres:16" }
            rollout: { steps: [50, 10] }
            environments:
              production: { gaurd: 1h }
            """;
        Assert.Equal(
            ["1:1 SLIP020", "1:1 SLIP022", "4:10 SLIP029", "5:5 SLIP020", "6:13 SLIP043", "7:15 SLIP023", "8:13 SLIP040", "10:24 SLIP048", "10:24 SLIP048", "12:17 SLIP020"],
            ManifestText.Diagnostics(Text).OrderBy(fault => fault.At.Line).ThenBy(fault => fault.Code).Select(fault => $"{fault.At.Line}:{fault.At.Column} {fault.Code}"));
    }

    [Fact]
    public void A_fault_above_all_environments_is_told_once_and_one_below_with_its_place()
    {
        var faults = ManifestText.Faults(Head + "guard: x\nenvironments: { ci: {}, staging: { guard: y }, production: {} }");
        Assert.Equal(["3:8", "4:43"], faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void Every_code_is_tested_here_or_where_its_input_is_made()
    {
        var data = typeof(FaultTests).GetMethod(nameof(A_fault_is_named_with_its_place_and_its_remedy))!.GetCustomAttributesData();
        var text = string.Join(' ', data.SelectMany(attribute => attribute.ConstructorArguments).SelectMany(Texts));
        string[] elsewhere = [FaultCode.TooLarge, FaultCode.TooDeep, FaultCode.TooManyNodes, FaultCode.SettingMissing, FaultCode.DotEnv,
            FaultCode.BrokenRelation, FaultCode.FormerName, FaultCode.UnknownVariable, FaultCode.GivenTwice, FaultCode.SecretUnreadable, FaultCode.StaleFile, FaultCode.SettingFile,
            FaultCode.Metric, FaultCode.MetricKind, FaultCode.MetricLimits, FaultCode.MetricUnit, FaultCode.MetricsWithoutPort, FaultCode.SameMetric, FaultCode.SmokeReference, FaultCode.SmokeForm];
        Assert.DoesNotContain(FaultCodes.All, code => !text.Contains(code) && !elsewhere.Contains(code));
    }

    private static IEnumerable<string> Texts(System.Reflection.CustomAttributeTypedArgument argument)
        => argument.Value is IEnumerable<System.Reflection.CustomAttributeTypedArgument> many ? many.SelectMany(Texts) : [$"{argument.Value}"];
}
