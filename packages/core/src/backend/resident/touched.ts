import type { GroupState, PartitionState } from "./group-state.ts"
import type { LogState } from "./log-state.ts"
import type { Table } from "./rows.ts"

/** The rows that the write in progress has changed, by table and key. The row of the log as a whole is compared instead. */
export type Touched = { readonly [T in Exclude<Table, "log">]: Set<string> }

/** Nothing changed yet. */
export function untouched(): Touched {
  return {
    messages: new Set(),
    streams: new Set(),
    keys: new Set(),
    documents: new Set(),
    schedules: new Set(),
    groups: new Set(),
    partitions: new Set(),
    processes: new Set(),
  }
}

/** Whether something has changed that is not kept yet. */
export function hasTouched({ touched }: LogState): boolean {
  return touched !== undefined && Object.values(touched).some((keys) => keys.size > 0)
}

/** Forgets what has changed. */
export function forgetTouched({ touched }: LogState): void {
  if (touched !== undefined) for (const keys of Object.values(touched)) keys.clear()
}

/** Notes that a group has changed, but for its partitions. */
export function touchGroup(log: LogState, group: GroupState): void {
  log.touched?.groups.add(group.name)
}

/** Notes that a partition of a group has changed, or a lane of it. */
export function touchPartition(log: LogState, group: GroupState, { partition }: PartitionState): void {
  log.touched?.partitions.add(partitionKey(group.name, partition))
}

/** Notes that a group may have changed anywhere. */
export function touchWholeGroup(log: LogState, group: GroupState): void {
  if (log.touched === undefined) return
  touchGroup(log, group)
  for (const at of group.partitions) touchPartition(log, group, at)
}

/** The key of a partition's row. */
export function partitionKey(group: string, partition: number): string {
  return `${partition} ${group}`
}

/** What `partitionKey` was made of. */
export function placeOfPartition(key: string): { readonly group: string; readonly partition: number } {
  const cut = key.indexOf(" ")
  return { group: key.slice(cut + 1), partition: Number(key.slice(0, cut)) }
}

/** The key of a document's row. No name holds the character between collection and id. */
export function documentKey(collection: string, id: string): string {
  return `${collection}\u0000${id}`
}

/** What `documentKey` was made of. */
export function placeOfDocument(key: string): { readonly collection: string; readonly id: string } {
  const cut = key.indexOf("\u0000")
  return { collection: key.slice(0, cut), id: key.slice(cut + 1) }
}
