/** In: a position to stay above, the last one. Keeps what the streams of these messages are known by. Needs the write lock. */
export const keepStreamEnds = `
UPDATE millrace_streams SET version = max(version, gone.v), last_position = max(last_position, gone.p)
FROM (SELECT stream, max(version) AS v, max(position) AS p FROM millrace_messages WHERE position > ?1 AND position <= ?2 GROUP BY stream) AS gone
WHERE millrace_streams.id = gone.stream`
