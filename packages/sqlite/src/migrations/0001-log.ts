/**
 * The first format.
 * `log` has one row. Its counters rise with every change of their kind, so that a process knows by one look whether what it remembers still holds:
 * `group_seq` groups, types and status; `work_seq` partitions and lanes; `wake_seq` something became claimable; `schedule_seq`; `challenge_seq`.
 * A message's indexes end in its position (the row id): (stream, version, position) and (partition, type, position) need no further column.
 * `version` of a command is the version its stream had when it was stored. Columns are NULL where they would repeat: metadata `{}`,
 * a cause or conversation that is the message itself.
 * `streams` keeps the version and last position that retention removed; otherwise they live in `messages`.
 * `marks` are positions that a group is never to be handed, `skips` lists what it was not handed.
 * `kind`: 0 command, 1 event, 2 command that was decided when it was stored. `replay`: a replay state, as a bare number where it is only a limit.
 * `partitions.lease_until` is 0 for a free partition; `lanes.due` is when a lane may be claimed (NULL: parked). A lease without a boot ('') is
 * reserved for its owner's name until then.
 */
export const log = [
  `CREATE TABLE millrace_log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    product TEXT NOT NULL,
    format INTEGER NOT NULL,
    partitions INTEGER NOT NULL,
    head INTEGER NOT NULL,
    trimmed_to INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    token INTEGER NOT NULL,
    schedule INTEGER NOT NULL,
    group_seq INTEGER NOT NULL,
    work_seq INTEGER NOT NULL,
    wake_seq INTEGER NOT NULL,
    schedule_seq INTEGER NOT NULL,
    challenge_seq INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE millrace_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT`,
  `CREATE TABLE millrace_streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL DEFAULT 0,
    last_position INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  `CREATE TABLE millrace_messages (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    kind INTEGER NOT NULL,
    type INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    version INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    causation TEXT,
    correlation TEXT,
    created_at TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    metadata TEXT,
    payload TEXT NOT NULL
  ) STRICT`,
  `CREATE UNIQUE INDEX millrace_messages_id ON millrace_messages (id)`,
  `CREATE INDEX millrace_messages_stream ON millrace_messages (stream, version)`,
  `CREATE INDEX millrace_messages_work ON millrace_messages (partition, type)`,
  `CREATE INDEX millrace_messages_correlation ON millrace_messages (correlation) WHERE correlation IS NOT NULL`,
  `CREATE TABLE millrace_keys (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    first_position INTEGER NOT NULL,
    position INTEGER NOT NULL,
    head INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE millrace_documents (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (collection, id)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE millrace_schedules (
    number INTEGER PRIMARY KEY,
    due INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    message TEXT NOT NULL
  ) STRICT`,
  `CREATE INDEX millrace_schedules_due ON millrace_schedules (due)`,
  `CREATE TABLE millrace_groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    ordering TEXT NOT NULL,
    status TEXT NOT NULL,
    stopped TEXT,
    start INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    reemit INTEGER NOT NULL,
    dropped INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    max_lanes INTEGER NOT NULL,
    heard_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE millrace_group_types (
    grp INTEGER NOT NULL,
    type INTEGER NOT NULL,
    since INTEGER NOT NULL,
    heard_at INTEGER NOT NULL,
    PRIMARY KEY (grp, type)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE millrace_partitions (
    grp INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    replay ANY NOT NULL,
    token INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    owner TEXT,
    boot TEXT,
    takeovers INTEGER NOT NULL,
    lease_ms INTEGER NOT NULL,
    hold_until INTEGER NOT NULL,
    hold TEXT,
    lanes INTEGER NOT NULL,
    settles INTEGER NOT NULL,
    PRIMARY KEY (grp, partition)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE millrace_lanes (
    grp INTEGER NOT NULL,
    key TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    single INTEGER NOT NULL,
    parked INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    due INTEGER,
    error TEXT,
    token INTEGER NOT NULL,
    owner TEXT,
    boot TEXT,
    takeovers INTEGER NOT NULL,
    replay ANY NOT NULL,
    kept TEXT,
    PRIMARY KEY (grp, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX millrace_lanes_due ON millrace_lanes (grp, due, next, partition, owner)`,
  `CREATE INDEX millrace_lanes_reserved ON millrace_lanes (grp, owner, next, partition, retry_at) WHERE boot = '' AND parked = 0`,
  `CREATE TABLE millrace_replays (
    grp INTEGER NOT NULL,
    key TEXT NOT NULL,
    partition INTEGER NOT NULL,
    replay ANY NOT NULL,
    PRIMARY KEY (grp, key)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE millrace_skips (
    number INTEGER PRIMARY KEY,
    grp INTEGER NOT NULL,
    position INTEGER NOT NULL,
    how TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT`,
  `CREATE INDEX millrace_skips_group ON millrace_skips (grp)`,
  `CREATE TABLE millrace_marks (
    grp INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (grp, position)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE millrace_settled (
    grp INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    lease TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (grp, partition, slot)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE millrace_processes (
    name TEXT PRIMARY KEY,
    boot TEXT NOT NULL,
    beats INTEGER NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    wants TEXT NOT NULL,
    challenge INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID`,
] as const
