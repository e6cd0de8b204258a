const made = new Map<number, string>()

/** The most types that one statement merges. */
export const TYPES_PER_SLICE = 200

/**
 * For so many types. In: partition, the last position, how many; then for each type its id and the position to begin above.
 * Out: positions in order, merged from one index range for each type as far as needed, never sorted. Locks nothing.
 */
export function selectSlice(types: number): string {
  const known = made.get(types)
  if (known !== undefined) return known
  const ranges = Array.from({ length: types }, (_, at) => {
    const [type, above] = [4 + at * 2, 5 + at * 2]
    return `SELECT position FROM millrace_messages WHERE partition = ?1 AND type = ?${type} AND position > ?${above} AND position <= ?2`
  })
  const sql = `${ranges.join("\nUNION ALL\n")}\nORDER BY position LIMIT ?3`
  made.set(types, sql)
  return sql
}
