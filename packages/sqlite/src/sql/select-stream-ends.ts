/** In: the name to begin behind, how many. Out: name, version and last position of streams that retention took from, by name. Locks nothing. */
export const selectStreamEnds = `
SELECT name, version, last_position FROM millrace_streams WHERE (last_position > 0 OR version > 0) AND name > ?1 ORDER BY name LIMIT ?2`
