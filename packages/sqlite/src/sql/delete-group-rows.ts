const tables = ["group_types", "partitions", "lanes", "replays", "skips", "marks", "settled"]

/** In: group, each. Forgets the group and everything that belongs to it. Needs the write lock. */
export const deleteGroupRows: readonly string[] = [
  ...tables.map((table) => `DELETE FROM millrace_${table} WHERE grp = ?1`),
  `DELETE FROM millrace_groups WHERE id = ?1`,
]
