/** The columns of a group, in the order that `groupOf` takes them. */
export const GROUP_COLUMNS = "g.id, g.name, g.ordering, g.active, g.start, g.epoch, g.reemit, g.max_lanes, g.marks"

/** The columns of a partition, in the order that `partitionOfRow` takes them. */
export const PARTITION_COLUMNS = `p.partition, p.checkpoint, p.replay_limit, p.unhandled, p.rev, p.tokens, p.token, p.owner, p.boot, p.lease_until,
  p.takeovers, p.lease_ms, p.hold_until, p.hold_failures, p.hold_error, p.lanes, p.replays, p.settles, p.dropped`

/** The columns of a lane, in the order that `laneOf` takes them. */
export const LANE_COLUMNS =
  "l.key, l.partition, l.single, l.parked, l.next, l.retry_at, l.failures, l.error, l.token, l.owner, l.boot, l.lease_until, l.takeovers, l.replay, l.kept"

/** The columns of a message, in the order that `messageOf` takes them. */
export const MESSAGE_COLUMNS =
  "m.position, m.recorded_at, m.version, m.kind, m.id, m.type, m.stream, m.created_at, m.causation, m.correlation, m.metadata, m.payload"
