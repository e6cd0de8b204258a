import type { Position } from "../../message/ids.ts"
import { BackendError } from "../errors.ts"
import { fenceAll } from "./fence.ts"
import { FREE } from "./lease-state.ts"
import type { LoadedGroup, LoadedPartition } from "./loaded-group.ts"
import { planReset } from "./plan-reset.ts"
import { sinceAfterReset } from "./replay-after-reset.ts"

/** How a group is to handle again what lies above the point it is reset to. */
export interface GroupReset {
  readonly types?: readonly string[]
  readonly reemit?: boolean
}

/** Throws `invalid` where a reset names a type that the group does not want. */
export function checkReset(
  { types = [] }: GroupReset,
  group: { readonly name: string; readonly wants: (type: string) => boolean },
): void {
  const unwanted = types.find((type) => !group.wants(type))
  if (unwanted === undefined) return
  const what = `group ${JSON.stringify(group.name)} does not want ${unwanted}`
  throw new BackendError("invalid", `${what}: run a reactor that handles it first`)
}

/**
 * Moves a group back to a point, its leases ended. `typeAt`: of the message at a position where a `single` lane waits. Answers the positions of which
 * only a dissolved lane still had the message: the log can not hand them out again.
 */
export function resetLoadedGroup(
  group: LoadedGroup,
  point: Position,
  { types = [], reemit = false, typeAt }: GroupReset & { readonly typeAt: (position: Position) => string | undefined },
): readonly Position[] {
  fenceAll(group.partitions)
  const lost = group.partitions.flatMap((at) => resetPartition(group, at, { point, typeAt }))
  group.types = new Map(
    [...group.types].map(([type, wanted]) => {
      const since = types.includes(type) ? sinceAfterReset(wanted.since, point) : wanted.since
      return [type, { ...wanted, since }]
    }),
  )
  group.marks = new Set([...group.marks].filter((mark) => mark <= point))
  group.reemit = reemit
  if (reemit) group.epoch += 1
  return lost
}

function resetPartition(
  { types }: LoadedGroup,
  at: LoadedPartition,
  { point, typeAt }: { readonly point: Position; readonly typeAt: (position: Position) => string | undefined },
): readonly Position[] {
  const lanes = [...at.lanes.values()].map(({ key, single, replay, at: { next }, kept }) => {
    const type = single ? (kept?.type ?? typeAt(next)) : undefined
    return { key, single, replay, next, ...(type === undefined ? {} : { type }) }
  })
  const rows = [...at.rows].map(([key, replay]) => ({ key, replay }))
  const { checkpoint, replay } = at
  const plan = planReset({ checkpoint, replay, lanes, rows }, point, (type) => types.get(type)?.since)
  if (plan === undefined) return []
  at.checkpoint = plan.checkpoint
  at.replay = plan.replay
  at.rows.clear()
  for (const row of plan.rows) at.rows.set(row.key, row.replay)
  const lost = plan.dissolve.flatMap((key) => at.lanes.get(key)?.kept?.position ?? [])
  for (const key of plan.dissolve) at.lanes.delete(key)
  at.hold = null
  at.lease = FREE
  return lost
}
