/** In: name, version, last position. Keeps what a stream is known by without messages. Needs the write lock. */
export const putStreamEnd = `
INSERT INTO millrace_streams (name, version, last_position) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET version = excluded.version, last_position = excluded.last_position`
