const made = new Map<string, string>()

/** The most index ranges that one statement merges. */
export const RANGES_PER_PAGE = 256

/**
 * For so many pairs of partition and type. In: the position to begin above, the last one, how many; then each partition and type.
 * Out: positions in order, merged from one index range for each pair as far as needed, never sorted: types that are rare cost no walk
 * through the log. Locks nothing.
 */
export function selectTypedPositions(pairs: number, direction: "ASC" | "DESC"): string {
  const name = `${pairs} ${direction}`
  const known = made.get(name)
  if (known !== undefined) return known
  const ranges = Array.from({ length: pairs }, (_, at) => {
    const [partition, type] = [4 + at * 2, 5 + at * 2]
    return `SELECT position FROM millrace_messages WHERE partition = ?${partition} AND type = ?${type} AND position > ?1 AND position <= ?2`
  })
  const sql = `${ranges.join("\nUNION ALL\n")}\nORDER BY position ${direction} LIMIT ?3`
  made.set(name, sql)
  return sql
}
