/**
 * The tables of a log. Text is compared by bytes ("C"), so that no server's locale changes an order.
 * `log` has one row: positions and schedule numbers are given out under the log's advisory lock, so they have no gaps.
 * `messages`: `version` of a command is the version its stream had when it was stored. Columns are NULL where they would repeat: metadata `{}`, a cause or
 * conversation that is the message itself. `kind`: 0 command, 1 event, 2 command that was decided when it was stored.
 * `types.heads`: the last position of the type in each partition, and behind them the last of all.
 * `partitions`: a group's progress. `rev` rises with every change, so that a claim takes what it has looked at or nothing. `token`: of the lease in
 * force; `tokens`: the last one given. A lease without a `boot` ('') is reserved for its owner's name. `lanes`: how many are open. `replays`: whether there are replay rows.
 * `settled`: what the last settles of a partition answered, by lease, positions and versions relative to `base` and `versions`.
 * `skips`: what a group lists as never handed out; with `mark`, what it is not to be handed.
 */
export const log = [
  `CREATE TABLE {log} (
    id int PRIMARY KEY CHECK (id = 1),
    product text NOT NULL,
    format int NOT NULL,
    partitions int NOT NULL,
    head bigint NOT NULL,
    trimmed_to bigint NOT NULL,
    recorded_at bigint NOT NULL,
    schedule bigint NOT NULL
  ) WITH (fillfactor = 10)`,
  `CREATE TABLE {messages} (
    position bigint PRIMARY KEY,
    recorded_at bigint NOT NULL,
    version bigint NOT NULL,
    partition int NOT NULL,
    kind smallint NOT NULL,
    id text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    stream text COLLATE "C" NOT NULL,
    created_at text COLLATE "C" NOT NULL,
    causation text COLLATE "C",
    correlation text COLLATE "C",
    metadata text COLLATE "C",
    payload text COLLATE "C" NOT NULL
  )`,
  `CREATE UNIQUE INDEX {-messages_id} ON {messages} (id)`,
  `CREATE INDEX {-messages_version} ON {messages} (stream, version, position)`,
  `CREATE INDEX {-messages_work} ON {messages} (partition, type, position)`,
  `CREATE INDEX {-messages_correlation} ON {messages} (correlation, position) WHERE correlation IS NOT NULL`,
  `CREATE TABLE {streams} (
    name text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    messages bigint NOT NULL,
    last_position bigint NOT NULL
  ) WITH (fillfactor = 70)`,
  `CREATE TABLE {types} (
    name text COLLATE "C" PRIMARY KEY,
    commands bigint NOT NULL,
    heads bigint[] NOT NULL
  ) WITH (fillfactor = 20)`,
  `CREATE TABLE {keys} (
    key text COLLATE "C" PRIMARY KEY,
    fingerprint text COLLATE "C" NOT NULL,
    first_position bigint NOT NULL,
    position bigint NOT NULL,
    at bigint NOT NULL
  )`,
  `CREATE INDEX {-keys_at} ON {keys} (at)`,
  `CREATE TABLE {documents} (
    collection text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    value text COLLATE "C" NOT NULL,
    PRIMARY KEY (collection, id)
  ) WITH (fillfactor = 70)`,
  `CREATE TABLE {schedules} (
    number bigint PRIMARY KEY,
    due bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    message text COLLATE "C" NOT NULL
  )`,
  `CREATE UNIQUE INDEX {-schedules_id} ON {schedules} (id)`,
  `CREATE INDEX {-schedules_due} ON {schedules} (due, number)`,
  `CREATE TABLE {groups} (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    ordering text NOT NULL,
    active boolean NOT NULL,
    stopped text,
    start bigint NOT NULL,
    epoch int NOT NULL,
    reemit boolean NOT NULL,
    max_lanes bigint NOT NULL,
    skipped bigint NOT NULL,
    marks int NOT NULL,
    heard_at bigint NOT NULL
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE {group_types} (
    grp int NOT NULL,
    type text COLLATE "C" NOT NULL,
    since bigint NOT NULL,
    wanted_at bigint NOT NULL,
    PRIMARY KEY (grp, type)
  ) WITH (fillfactor = 50)`,
  `CREATE TABLE {partitions} (
    grp int NOT NULL,
    partition int NOT NULL,
    checkpoint bigint NOT NULL,
    replay_limit bigint NOT NULL,
    unhandled text,
    rev bigint NOT NULL,
    tokens bigint NOT NULL,
    token bigint,
    owner text COLLATE "C",
    boot text COLLATE "C",
    lease_until bigint NOT NULL,
    takeovers int NOT NULL,
    lease_ms bigint NOT NULL,
    hold_until bigint,
    hold_failures int NOT NULL,
    hold_error text,
    lanes int NOT NULL,
    replays boolean NOT NULL,
    settles bigint NOT NULL,
    dropped bigint NOT NULL,
    PRIMARY KEY (grp, partition)
  ) WITH (fillfactor = 25)`,
  `CREATE TABLE {lanes} (
    grp int NOT NULL,
    key text COLLATE "C" NOT NULL,
    partition int NOT NULL,
    single boolean NOT NULL,
    parked boolean NOT NULL,
    next bigint NOT NULL,
    retry_at bigint NOT NULL,
    failures int NOT NULL,
    error text,
    token bigint,
    owner text COLLATE "C",
    boot text COLLATE "C",
    lease_until bigint NOT NULL,
    takeovers int NOT NULL,
    replay text NOT NULL,
    kept text,
    PRIMARY KEY (grp, key)
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX {-lanes_partition} ON {lanes} (grp, partition)`,
  `CREATE TABLE {replays} (
    grp int NOT NULL,
    key text COLLATE "C" NOT NULL,
    partition int NOT NULL,
    replay text NOT NULL,
    PRIMARY KEY (grp, key)
  )`,
  `CREATE TABLE {skips} (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    grp int NOT NULL,
    position bigint NOT NULL,
    how text NOT NULL,
    mark boolean NOT NULL,
    listed boolean NOT NULL,
    at bigint NOT NULL
  )`,
  `CREATE INDEX {-skips_group} ON {skips} (grp, number)`,
  `CREATE INDEX {-skips_mark} ON {skips} (grp, position) WHERE mark`,
  `CREATE TABLE {settled} (
    grp int NOT NULL,
    partition int NOT NULL,
    slot int NOT NULL,
    lease text COLLATE "C" NOT NULL,
    answer text NOT NULL,
    base bigint NOT NULL,
    versions bigint[] NOT NULL,
    PRIMARY KEY (grp, partition, slot)
  ) WITH (fillfactor = 70)`,
  `CREATE TABLE {processes} (
    name text COLLATE "C" PRIMARY KEY,
    boot text COLLATE "C" NOT NULL,
    beats bigint NOT NULL,
    host text NOT NULL,
    pid bigint NOT NULL,
    started_at bigint NOT NULL,
    seen_at bigint NOT NULL
  ) WITH (fillfactor = 70)`,
] as const
