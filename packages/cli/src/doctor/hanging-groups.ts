import { setTimeout } from "node:timers/promises"

import type { Backend, GroupInfo, LaneInfo, ProcessInfo } from "@millrace/core"

import type { Finding } from "./finding.ts"
import { type GroupLook, hangOf } from "./hang-of.ts"

/** How far the two looks at a group are apart, at most: what is the same in both gets on slowly, if at all. */
const LOOK_AGAIN_MS = 2_000

/** The most lanes of a group that are looked at. */
const MOST_LANES = 1_000

/**
 * Groups whose oldest message has waited for longer than `hangingAfterMs` though processes work, and that do not get on. A lease tells nothing of that, for it
 * is renewed for as long as a handler runs: so such groups are looked at twice, which takes a moment.
 */
export async function hangingGroups(
  backend: Backend,
  groups: readonly GroupInfo[],
  at: { readonly processes: readonly ProcessInfo[]; readonly now: number; readonly hangingAfterMs: number },
): Promise<readonly Finding[]> {
  const live = at.processes.filter((one) => one.live)
  const isOld = (instant: number): boolean => at.now - instant >= at.hangingAfterMs
  const suspects = groups.filter(
    ({ status, waitingSince }) => status === "active" && waitingSince !== undefined && isOld(waitingSince),
  )
  if (suspects.length === 0 || live.length === 0) return []
  const before = await Promise.all(suspects.map((group) => lookAt(backend, group)))
  await setTimeout(Math.min(LOOK_AGAIN_MS, at.hangingAfterMs))
  const again = await backend.operator.groups(suspects.map(({ group }) => group))
  const after = await Promise.all(again.map((group) => lookAt(backend, group)))
  return before.flatMap((first) => {
    const second = after.find(({ group }) => group.group === first.group.group)
    return second === undefined ? [] : hangOf(first, second, { live, isOld, now: at.now })
  })
}

async function lookAt(backend: Backend, group: GroupInfo): Promise<GroupLook> {
  const lanes = await backend.operator.lanes({ group: group.group, limit: MOST_LANES })
  return { group, lanes, recordedAt: await recordedAt(backend, lanes) }
}

async function recordedAt(backend: Backend, lanes: readonly LaneInfo[]): Promise<ReadonlyMap<string, number>> {
  const ids = lanes.map(({ messageId }) => messageId).filter((id) => id !== undefined)
  if (ids.length === 0) return new Map()
  const { messages } = await backend.read({ from: "ids", ids })
  return new Map(messages.map((message) => [message.id, Date.parse(message.recordedAt)]))
}
