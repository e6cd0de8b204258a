/** The columns of a message as `messageOf` reads them, of the tables `m` (messages) and `s` (streams). */
export const messageColumns = `m.position, m.id, m.kind, m.type, s.name, m.version, m.causation, m.correlation,
  m.created_at, m.recorded_at, m.metadata, m.payload`

/** Joins a message's stream. CROSS JOIN keeps the order: messages first, then their streams one by one. */
export const withStream = `CROSS JOIN millrace_streams s ON s.id = m.stream`
