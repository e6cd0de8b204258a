/** In: a JSON array of positions. Keeps what the streams of these messages are known by. Needs the write lock. */
export const keepEndsOfPositions = `
UPDATE millrace_streams SET version = max(version, gone.v), last_position = max(last_position, gone.p)
FROM (
  SELECT m.stream, max(m.version) AS v, max(m.position) AS p
  FROM json_each(?1) AS some CROSS JOIN millrace_messages m ON m.position = some.value GROUP BY m.stream
) AS gone
WHERE millrace_streams.id = gone.stream`
