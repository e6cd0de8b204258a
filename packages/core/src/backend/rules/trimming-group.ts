import type { TrimmingGroup } from "./judge-trim.ts"
import type { LoadedGroup } from "./loaded-group.ts"

/** What a trim has to know of a group in memory. */
export function trimmingGroupOf({ name, order, types, marks, partitions }: LoadedGroup): TrimmingGroup {
  return {
    group: name,
    order,
    types,
    marks,
    partitions: partitions.map(({ checkpoint, lanes }) => ({
      checkpoint,
      lanes: new Map(
        [...lanes].map(([key, { single, at, kept }]) => [key, { next: at.next, single, keeps: kept !== undefined }]),
      ),
    })),
  }
}
