namespace Slipway.Core.Manifests;

/// <summary>
/// Every key of the manifest, said once. The reader takes types, ranges, choices and defaults from here, the JSON Schema
/// those and the words; the manual is held against it by a test.
/// <para>
/// A section begins with <c># name</c>, followed by <c>(key)</c> when a plain value may stand for that key. A line is
/// <c>key | type | default | example | meaning</c>; <c>!</c> after the key makes it required. A type is a kind with its
/// least and most or its choices, or a section; <c>[]</c> allows a list of it, <c>{kind}</c> before it makes it a mapping
/// from such names. <c>+ name</c> takes over the keys of another section.
/// </para>
/// <para>
/// It is text because this is on the command line's start-up path: as constructor calls it took 10 ms to compile.
/// </para>
/// </summary>
internal static class ManifestTable
{
    public const string Text = """
        # probe
        path | url-path | | /health | Asked by GET; 200 to 399 passes.
        command | command | | ./check | Run in the instance's folder; exit code 0 passes.
        tcp | boolean | | true | Whether a connection to the port is enough.
        delay | duration 0s..1h | 0s | 2s | How long after the start the first one waits.
        timeout | duration 1ms..1h | 2s | 1s | How long an answer may take.
        successes | integer 1..1000 | 1 | 2 | Passes in a row that make it pass.

        # startup probe (path)
        + probe
        period | duration 50ms..1h | 500ms | 1s | Time between two.
        failures | integer 1..100000 | 120 | 30 | Failures in a row that make it fail, and so the start.

        # live probe (path)
        + probe
        period | duration 50ms..1h | 5s | 10s | Time between two.
        failures | integer 1..100000 | 3 | 5 | Failures in a row that restart the instance.

        # ready probe (path)
        + probe
        period | duration 50ms..1h | 1s | 2s | Time between two.
        failures | integer 1..100000 | 3 | 5 | Failures in a row that take the instance out of traffic.

        # smoke step (path)
        path! | template | | /v1/orders/${id} | The path that is asked; ${NAME} is filled in from captures and settings, escaped.
        method | choice GET HEAD POST PUT PATCH DELETE | GET | POST | The method of the request.
        headers | template[] | | 'Authorization: Bearer ${API__KEY}' | Headers of the request, each a name, a colon and a value.
        body | template | | '{ "order": "${id}" }' | What the request sends.
        status | integer 100..599 | | 201 | The status that passes; any from 200 to 299 when not given.
        contains | template | | queued | A text that the answer must contain.
        expect | template[] | | [/id, /state = queued, header Location] | What must be there, or be equal: JSON by a pointer, a header, or a match of a regular expression.
        capture | template[] | | id = /id | What later steps may use: NAME = a JSON pointer, header NAME, or match EXPRESSION.
        timeout | duration 1ms..1h | 10s | 5s | How long the whole answer may take.

        # smoke check (path)
        name | text | | a message can be sent | What it tests, for people; the path or command when not given.
        path | url-path | | /v1/ping | The path that is asked.
        command | command | | ./smoke | A command, run in the instance's folder; exit code 0 passes.
        method | choice GET HEAD POST PUT PATCH DELETE | GET | POST | The method of the request.
        body | text | | '{ "ping": true }' | What the request sends.
        status | integer 100..599 | | 201 | The status that passes; any from 200 to 299 when not given.
        contains | text | | pong | A text that the answer must contain.
        timeout | duration 1ms..1h | 10s | 5s | How long it may take; each of its steps has a limit of its own.
        steps | smoke step[] | | [/v1/ping, { path: /v1/orders, expect: /items }] | Requests, one after another, in place of a path or command.
        every | duration 1s..1h | | 10s | How often it is run again while the gates watch; what fails twice in a row then undoes.

        # metric
        name! | text | | refused orders | What it measures, for people.
        rate | text | | orders_total | A counter of the service's /metrics, as events a second.
        ratio | text | | 'orders_total{result="refused"}' | A counter, as a share of the one under of.
        of | text | | orders_total | The counter that ratio is a share of.
        level | text | | orders_open | A gauge, as it is: the sum of the series that are meant, the median over instances.
        above | text | | 5% | Above this it fails: a share or number for a ratio, events a second (10, 10/s, 600/m) for a rate, a number, duration or size for a level.
        below | text | | 0.2 | Below this it fails.
        more_than | factor 1x..1000x | | 1.5x | More than so many times that of the release before fails.
        less_than | factor 0x..1x | | 0.5x | Less than so many times that of the release before fails.
        events | integer 0..1000000 | 50 | 20 | Events of the new release, of the whole of a ratio or of a rate, below which nothing is said.
        sustained | duration 1s..1d | | 1m | How long a rate or level is looked at; that of the gates when not given.
        watched | boolean | true | false | Whether it must pass before the new release gets more traffic; if not, it only must not fail.

        # jobs (processed)
        processed | text | jobs_processed_total | mail_jobs_total | A counter of the jobs that ended, however.
        failed | text | jobs_failed_total | mail_jobs_failed_total | A counter of the jobs that failed.
        retried | text | jobs_retried_total | mail_jobs_retried_total | A counter of the jobs that are tried again.
        dead_lettered | text | jobs_dead_lettered_total | mail_jobs_dead_total | A counter of the jobs that were given up.
        queue | text | job_queue_seconds | mail_queue_seconds | A histogram of the time in the queue, in seconds.
        work | text | job_work_seconds | mail_work_seconds | A histogram of the time at work, in seconds.
        objective | share 0%..100% | 5% | 1% | Share of jobs that may fail, be tried again or be given up, each.
        more_than | factor 1x..1000x | 1.5x | 2x | So many times the share of the release before is still as good.
        slower | factor 1x..1000x | 2x | 1.5x | So many times the time (p95) of the release before is still as good.
        slower_floor | duration 0s..1d | 100ms | 1s | Time below which nothing is slow.
        least | integer 0..1000000 | 20 | 100 | Jobs of the new release below which nothing is said; with 0, no jobs at all will do.

        # limit (requests)
        requests | integer 0..1000000 | 60 | 600 | How many requests may come in the time, on and on; 0 for any number, where the gateway protects all routes.
        per | duration 1s..1d | 1m | 1s | The time.
        burst | integer 1..1000000 | | 20 | How many may come at once; the whole of requests when not given.
        by | choice client route field caller | client | caller | Whose requests are counted together: of one client address, of all, of one value of a field, or of one caller that auth knows.
        field | text | | X-Api-Key | The field whose values are told apart.

        # validation (mode)
        mode | choice off detect block | block | detect | Whether requests that look like attacks are let through, let through and counted, or refused.
        except | choice sql script command path field[] | | [sql] | Attacks that are not looked for here.

        # headers (mode)
        mode | choice off secure | secure | secure | Whether answers get the security fields that browsers know, where the application does not set them itself.
        csp | text | | "default-src 'self'; script-src 'nonce-{nonce}'" | The Content-Security-Policy; {nonce} is new for every request and told to the application in X-Csp-Nonce.
        hsts | duration 0s..730d | 365d | 30d | How long browsers remember to come by TLS only; said only over TLS, 0s for never.
        frames | choice deny same any | deny | same | Who may show pages in a frame: nobody, the same site, or anybody.

        # breaker (after)
        after | integer 0..1000 | 5 | 3 | So many requests in a row (0 for no breaker) that fail in transport, refused, cut short or late, open it.
        open | duration 1s..1h | 60s | 30s | How long it answers 503 at once; then one request tries whether it works again.

        # cors (origins)
        origins! | text[] | | [https://shop.example.org] | The sites whose pages may ask: scheme://host[:port], https://*.example.org for any directly below, or * for all.
        methods | choice GET HEAD POST PUT PATCH DELETE[] | | [GET, POST] | The methods that they may use; GET, HEAD and POST when not given.
        fields | text[] | | [Content-Type, Authorization] | The fields that they may send beside the harmless ones.
        expose | text[] | | [X-Request-Id] | The fields of answers that they may read beside the harmless ones.
        credentials | boolean | false | true | Whether they may send cookies and the like; not with *.
        max_age | duration 0s..1d | 10m | 1h | How long a browser need not ask again.

        # auth
        by! | choice jwt key basic | | key | How those who ask prove who they are: by a signed token, by a key, or by a name with a key, which browsers ask for.
        keys! | text | | /etc/shop/callers | The file of callers, absolute, which slipway gateway key writes; for jwt the issuer's signing keys, an https address or a file.
        issuer | text | | https://id.example.org | Whose tokens count; for jwt only, and needed there.
        audience | text | | shop | For whom tokens must be; for jwt only, and needed there.
        roles | text[] | | [admin, support] | Of these they must have one; any or none will do when not given.
        roles_claim | text | roles | scope | The claim of a token that names its roles, as a list or parted by spaces.
        skew | duration 0s..5m | 30s | 1m | How far the clocks of issuer and gateway may differ.

        # protection
        allow | network[] | | [10.0.0.0/8] | The only addresses that may ask; all when not given.
        deny | network[] | | [203.0.113.0/24] | Addresses that may not.
        limit | limit | | 60 | How many requests it takes of one client a minute; no limit when not given.
        validate | validation | | block | What happens to requests that look like attacks; nothing when not given.
        headers | headers | | secure | Security fields of answers; none when not given.
        breaker | breaker | | 5 | When requests are refused at once since those before them failed; never when not given.

        # route (path)
        host | host | | shop.example.org | A host name, or *.example.org for any name directly below; every host when not given.
        path | route-path | / | /api | A path prefix; matches whole segments, and the longest one wins.
        strip | boolean | false | true | Whether the prefix is taken off before forwarding.
        sticky | boolean | false | true | Whether a cookie keeps a user on the release first chosen.
        hold | duration 0s..10m | 5s | 10s | How long a request may wait while no instance can take it; 0s answers 503 at once.
        timeout | duration 1ms..1d | 60s | 30s | How long the first byte of an answer may take.
        priority | choice normal high low | normal | high | Who goes first when the instances have as much as load allows, and who is given up last.
        cors | cors | | https://shop.example.org | The sites whose pages may ask; the application's own affair when not given.
        auth | auth | | { by: key, keys: /etc/shop/callers } | Who may ask, and how they prove it; anybody when not given.
        + protection

        # load (in_flight)
        in_flight | integer 1..100000 | | 50 | Requests that one instance works on at once; any number when not given.
        queue | integer 0..100000 | 100 | 1000 | Requests that may wait in the gateway while all instances have as many; one more is answered 503, of the lowest priority first.
        wait | duration 0s..1m | 5s | 500ms | How long each may wait.
        slow_start | duration 0s..10m | 10s | 1m | How long an instance that joins others is given less than its share, rising from a tenth; 0s for not at all.

        # resources
        memory | size 1Mi..1024Ti | | 256Mi | Memory that one instance may use; no limit when not given.
        cpu | number 0.01..1024 | | 0.5 | Processor time that one instance may use, in cores; no limit when not given.

        # objective
        errors | share 0.001%..50% | 0.1% | 0.5% | Share of its requests that may fail; a release is not undone while it keeps that.

        # migration (run)
        run! | command | | ./Shop.Api migrate | Brings the data to what the release needs: run once per release before it starts, in the artefact's folder, with the service's settings.
        timeout | duration 1s..1d | 10m | 5m | How long it may take before all of it is ended and the rollout fails.
        compatible | boolean | true | false | Whether the release before can work with what it leaves. false asks for approval, and rules out going back.
        repeatable | boolean | false | true | Whether it may be run again when nobody saw how it ended.

        # seed (run)
        run! | command | | ./Shop.Api seed | Fills an environment's data: run once for it after the migrations, in the artefact's folder, with the service's settings.
        only | environment-name[] | | [local, staging] | The environments that it fills, of local, ci and staging; local when not given.
        data | choice real synthetic | real | synthetic | What it fills in. Only synthetic data may go to staging.
        timeout | duration 1s..1d | 10m | 5m | How long it may take before all of it is ended and the rollout fails.
        repeatable | boolean | false | true | Whether it may be run again when nobody saw how it ended.

        # service
        kind | choice web api worker scheduler job static ai | | api | What the service is. When not given: its name if that is a kind, else web with a route, else worker.
        folder | folder-path | . | src/api | The folder that build and dev run in, relative to the manifest.
        inputs | folder-path[] | | [src/api, shared.props] | Files and folders that decide whether a build is needed; the manifest's whole folder when not given.
        build | command | | dotnet publish api -c Release -o ${OUT} | Builds the artefact into ${OUT}. Words are split at spaces, quotes respected; no shell runs.
        run | command | | ./Shop.Api --port ${PORT} | Starts an instance, in the artefact's folder; ${PORT}, ${HOST} and settings are filled in at the start.
        dev | command | | dotnet watch run | Starts it for development with hot reload; used by slipway up only.
        port | integer 1..65535 | | 5000 | The port it listens on in a container. On this machine each instance is given its own as PORT.
        protocol | choice http1 http2 | http1 | http2 | How it is spoken to there; http2, without TLS, is for servers of gRPC.
        health | live probe | | /health | Level 1, is it alive: a failure restarts the instance.
        ready | ready probe | | /ready | Level 2, can it serve with what it depends on: a failure takes it out of traffic.
        startup | startup probe | | { path: /health, failures: 30 } | Until it passes, health and ready are not asked.
        smoke | smoke check[] | | /v1/ping | Level 3, does what matters work: run once against each new instance before it gets traffic.
        route | route[] | | /api | The public route to it.
        routes | route[] | | [/api, /v2] | The same as route, for those who write a list.
        needs | service-name[] | | [db, cache] | Services and backing services that must be ready before it starts.
        metrics | metric[] | | { name: open orders, level: orders_open, above: 100 } | What of the service's own /metrics a release must pass.
        jobs | jobs | | mail_jobs_total | How a worker tells of its jobs. When not given, the usual names are looked for.
        replicas | replicas 0..1000 | 1 | 3..10 | How many instances run: a number, or least..most.
        resources | resources | | { memory: 256Mi, cpu: 0.5 } | What one instance may use.
        stop | duration 0s..1h | 10s | 30s | How long an instance may take to end after SIGTERM before it is killed.
        overlap | boolean | | false | Whether instances of two releases may run at once; true, but false for a scheduler.
        load | load | | 50 | How much work an instance is given at once, and what becomes of more.
        objective | objective | | { errors: 0.1% } | What it promises its users.
        deadline | duration 1s..7d | 10m | 1h | How long a job may take before all of it is ended and the rollout is undone.
        repeatable | boolean | false | true | Whether a job may be run again when nobody saw how it ended.
        migrate | migration | | ./Shop.Api migrate | Brings the data to what the release needs, once per release and before any of it runs.
        seed | seed[] | | { run: ./Shop.Api seed, only: [local] } | Fills the data of an environment once.

        # backing service (image)
        image! | text | | postgres:16 | Its kind and version.

        # rotation (kind)
        kind! | choice value keys database token | | keys | What is renewed: a random value, a set of signing keys, the password of a PostgreSQL role, or a token that commands make and revoke.
        overlap | duration 0s..30d | 15m | 1h | How long the old one is still accepted after the switch.
        length | integer 16..1024 | 32 | 64 | Random bytes of a new value.
        algorithm | choice ES256 RS256 | ES256 | RS256 | What new signing keys are for.
        roles | text[] | | [shop_a, shop_b] | The two login roles of a database that take turns.
        admin | text | | secret://home/POSTGRES_ADMIN | A reference to the connection string of a role that may alter them.
        create | command | | ./tokens create | Makes a token: prints it, and nothing else, on standard output.
        revoke | command | | ./tokens revoke | Revokes the token that it reads from standard input.

        # setting (type)
        type | choice string integer number boolean url host port duration size enum list map json pem jwks postgres redis amqp | string | url | What values it takes.
        choices | text[] | | [debug, info] | The values of an enum.
        pattern | text | | '[A-Z]{3}' | A regular expression that the whole of a string must match.
        range | text | | 1..64 | Least..most: of a number, duration or size, of the characters of a string, of the items of a list or map.
        required | environment-name[] | | [staging, production] | Environments in which it must have a value.
        only | environment-name[] | | [local, ci] | Environments in which it may have a value; all when not given.
        services | service-name[] | | [api, worker] | The services that see it. When not given: the one that its prefix names, such as API__, else all.
        secret | boolean | false | true | Whether it grants access, and so is never shown.
        store | store-name | | home | The secret store that holds its value in every environment, under the environment's name and its own.
        default | text | | info | Its value in local and ci when nothing else sets it.
        safe | environment-name[] | | [local] | Which of local and ci may use the default: both when not given, none for a secret.
        formerly | setting-name[] | | [JWT_ISSUER] | Names that it had before; a value under one still counts, with a warning.
        doc | text | | Who signs our tokens | What it is for.
        example | text | | https://id.example.org | A value as it may look, for documents.
        rotation | rotation | | keys | How it is renewed by slipway secrets rotate.

        # secret store (kind)
        kind! | choice encrypted mounted environment vault | | encrypted | How it keeps secrets: an encrypted file, mounted files, environment variables, or HashiCorp Vault.
        file | folder-path | secrets.store | deploy/secrets.store | The file of an encrypted store, relative to the manifest.
        key_file | text | | /etc/shop/secrets.key | The file with the key of an encrypted store. When not given: $SLIPWAY_SECRETS_KEY_FILE, else the passphrase in $SLIPWAY_SECRETS_PASSPHRASE.
        folder | text | /run/secrets | /run/shop | The folder of mounted files, absolute.
        prefix | text | | shop | What comes before every name: of a variable, or in the path of a Vault secret.
        address | text | | https://vault.example.org:8200 | Where Vault answers; $VAULT_ADDR when not given.
        mount | text | secret | kv | The mount point of Vault's KV version 2 engine.
        namespace | text | | shop | The Vault namespace.
        auth | choice token approle | token | approle | How to log in to Vault.
        token_file | text | | /run/vault/token | The file with Vault's token; $VAULT_TOKEN when not given.
        role_id | text | | 8f0c4f4e | The AppRole's role.
        secret_id_file | text | | /run/vault/secret-id | The file with the AppRole's secret; $VAULT_SECRET_ID when not given.
        ca_file | text | | /etc/ssl/vault.pem | Certificates that Vault's is checked against; the system's when not given.
        timeout | duration 1ms..5m | 5s | 10s | How long an answer may take.

        # step (to)
        to! | integer 1..100 | | 10 | The share of the traffic, in percent.
        bake | duration 0s..7d | | 1m | How long the gates watch before the next step; the rollout's when not given.
        approve | boolean | false | true | Whether a person must approve before this step.

        # circuit (after)
        after | integer 0..100 | 3 | 5 | Rollouts in a row, undone by a gate to the same release, that open it; 0 for never.
        within | duration 1m..30d | 1h | 1d | The time in which they must have been undone.

        # rollout (strategy)
        strategy | choice rolling blue-green canary recreate | canary | blue-green | How a release goes live.
        steps | step[] | | [10, 50, 100] | The shares of the traffic on the way, rising, the last one 100; canary only. [10, 50, 100] when not given.
        bake | duration 0s..7d | 30s | 5m | How long the gates watch after each step.
        approval | boolean | false | true | Whether a person must approve before all traffic goes to the new release.
        approval_deadline | duration 1s..30d | 1d | 4h | How long an approval or a pause may last before the rollout is undone.
        start | duration 100ms..1d | 2m | 5m | How long new instances may take to be ready and proved.
        drain | duration 0s..1d | 30s | 1m | How long requests in flight on an old instance may last.
        circuit | circuit | | { after: 3, within: 1h } | When failing releases are refused until a person has looked.

        # inconclusive (then)
        after | duration 0s..7d | 2m | 5m | How long a step may stay without a verdict beyond its bake time.
        then | choice hold proceed rollback | hold | rollback | What happens then: wait for a person, go on, or undo.

        # gates
        consecutive | integer 1..1000 | 3 | 5 | Server errors in a row of one service that roll back at once.
        errors | share 0.1%..100% | 5% | 1% | Share of failed requests that a release must surely stay below to get more traffic; one that fails more than its service's objective and more than the release before rolls back long before.
        latency | factor 1.05x..1000x | 2x | 1.5x | How many times slower than the release before, in the same seconds, is surely found and rolls back; its square root is tolerated.
        warm_up | duration 0s..1h | 20s | 1m | How long a release may be slow since its share of the traffic began, for it is new.
        latency_floor | duration 0s..1m | 20ms | 50ms | Latency below which the ratio says nothing.
        memory | share 1%..100% | 95% | 90% | Share of the memory limit that rolls back at once.
        resources | share 1%..100% | 90% | 80% | Share of the memory or processor limit that rolls back when sustained.
        pool | share 1%..100% | 90% | 80% | Share of the database pool that rolls back when sustained.
        growth | factor 1x..1000x | 2x | 3x | So many times the memory at the same age, the processor time a request or the database pool of the release before rolls back when sustained.
        growth_floor | size 0..1024Ti | 64Mi | 256Mi | More memory than the release before by less than this is no growth.
        leak | duration 0s..1d | 10m | 30m | How soon memory that grows steadily must reach its limit to roll back; 0s for never.
        sustained | duration 1s..1d | 30s | 1m | How long a level must hold to count as sustained.
        requests | integer 1..1000000 | 50 | 200 | Requests below which latency is inconclusive.
        false_alarms | share 0.0001%..10% | 0.1% | 0.01% | The chance, at most, that a gate ever undoes a good release.
        misses | share 0.0001%..50% | 0.1% | 1% | The chance, at most, that a gate passes a release that is at its limit; smaller needs more requests.
        caution | share 0%..50% | 21% | 5% | The chance, at most, that a step's traffic is taken back for a moment from a good release on a first suspicion; 0% for never.
        inconclusive | inconclusive | | { after: 2m, then: hold } | What to do when a gate cannot say.

        # gateway (listen)
        listen | listener | 127.0.0.1:0 | 127.0.0.1:8080 | The address and port for users; 0 takes a free port and keeps it.
        tls | listener | | 0.0.0.0:8443 | The address and port for users who come by TLS.
        certificates | text | | /etc/shop/tls | The folder of the certificates, absolute: NAME.crt with NAME.key, both PEM; new ones are taken within seconds.
        trust | network[] | | [10.0.0.0/8] | Proxies in front of the gateway that are believed what they say of their clients.
        proxy_protocol | boolean | false | true | Whether connections of those begin with a PROXY header, version 1 or 2.
        access_log | text | | /var/log/shop/access.jsonl | A file, absolute, for one JSON line of each request; values of queries and fields are never written.
        access_share | share 0.01%..100% | 100% | 1% | The share of requests that is written there.
        traces | text | | http://127.0.0.1:4318/v1/traces | A collector's address for spans by OTLP over HTTP.
        trace_share | share 0.01%..100% | 10% | 1% | The share of requests that is written there; listed proxies decide for theirs.
        http2 | boolean | true | false | Whether clients are offered HTTP/2.
        limits | text | | redis://redis.internal:6379/1 | A Redis in which several gateways count limits together; rediss for TLS. Each for itself when not given.
        limits_password_file | text | | /etc/shop/redis.password | The file with its password, absolute.
        protect | protection | | { limit: 60, validate: detect, headers: secure } | What holds for every route that does not say otherwise.
        client_connections | integer 1..1000000 | | 200 | Connections that one address may have at once; half of all, which are 20,000, when not given.

        # overlaid
        version | text | | 1.4.0 | The application's version, part of a release's identity.
        target | choice process docker swarm kubernetes | process | swarm | What runs the instances.
        gateway | gateway | | 127.0.0.1:8080 | Where users reach the application.
        services | {service-name} service | | { api: { run: ./Shop.Api } } | The programs of the application.
        backing | {service-name} backing service | | { db: "postgres:16" } | Databases, caches and queues that it needs.
        rollout | rollout | | blue-green | How a release goes live.
        gates | gates | | { errors: 1% } | What a release must pass on the way and afterwards.
        secrets | {store-name} secret store | | { vault: vault } | Where secrets are kept, beside the stores home, mounted and environment.
        guard | duration 0s..7d | 15m | 1h | How long the gates go on watching after promotion, the previous release kept warm.

        # environment
        + overlaid
        settings | {setting-name} text | | { LOG_LEVEL: debug } | Values of settings in this environment.

        # manifest
        app! | application-name | | shop | The application's name.
        + overlaid
        settings | {setting-name} setting | | { LOG_LEVEL: string } | The settings it reads, each with its type.
        rules | text[] | | [MAIL__USER requires MAIL__PASSWORD] | What must hold between settings: A requires B, A forbids B, or exactly one of, at least one of, at most one of A, B.
        environments | {environment-name} environment | | { production: { guard: 1h } } | Named places, each laid over what stands above.
        """;
}
