import {
  BackendError,
  checkName,
  fenceAll,
  type GroupInfo,
  groupInfoOf,
  groupNameTaken,
  type Instant,
  partitionOf,
  startLoadedGroup,
  stopGroup,
  type StopReason,
} from "@millrace/core/backend"

import { isTaken } from "../errors.ts"
import { editAll, type GroupState, type Lane } from "../group-state.ts"
import { isWanted, ofLog, wantedOfLane } from "../lane-messages.ts"
import type { Log } from "../log.ts"
import { heardNow } from "../processes.ts"
import { type Bounds, boundsOf } from "../read.ts"
import { SEGMENT, segmentOf } from "../segments.ts"
import { keepHeard } from "../type-grace.ts"

/** The groups named, or all, by name. */
export async function groups(log: Log, names?: readonly string[]): Promise<readonly GroupInfo[]> {
  const [found, bounds] = await Promise.all([
    log.groups.fresh(names === undefined ? undefined : [...new Set(names)]),
    boundsOf(log),
  ])
  const lags = await waitingOf(log, found, bounds)
  return found
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((group) => {
      const { lag, since } = lags.get(group.id) ?? NOTHING
      return groupInfoOf(group, { lag, waitingSince: since, skips: group.skips })
    })
}

/** Wanted messages that are not settled: how many, and when the oldest was recorded. */
interface Waiting {
  readonly lag: number
  readonly since: Instant | undefined
}

const NOTHING: Waiting = { lag: 0, since: undefined }

/** Wanted messages that are not settled, of each group. A lane of a key counts as one: which messages are its, only the worker knows. */
async function waitingOf(
  log: Log,
  found: readonly GroupState[],
  { head, trimmedTo }: Bounds,
): Promise<ReadonlyMap<string, Waiting>> {
  const all = new Map<string, Waiting>()
  const add = ({ id }: GroupState, count: number, at: Instant | undefined): void => {
    const { lag, since } = all.get(id) ?? NOTHING
    all.set(id, { lag: lag + count, since: at === undefined ? since : Math.min(since ?? at, at) })
  }
  for (const group of found) {
    for (const at of group.partitions) {
      for (const lane of at.lanes.values()) {
        if (group.order !== "stream") {
          add(group, 1, await recordedWhereItWaits(log, lane, { head, trimmedTo }))
          continue
        }
        for await (const { position, recordedAt } of wantedOfLane(log, group, at, lane)) {
          if (!group.marks.has(position)) add(group, 1, Date.parse(recordedAt))
        }
      }
    }
  }
  const lowest = Math.min(head, ...found.flatMap(({ partitions }) => partitions.map(({ checkpoint }) => checkpoint)))
  for (let number = segmentOf(lowest + 1); number * SEGMENT < head; number += 1) {
    for (const { position, at: recorded, message } of await log.segments.load(number, head)) {
      if (position <= trimmedTo) continue
      const { type, stream } = message
      for (const group of found) {
        const at = group.partitions[group.order === "stream" ? partitionOf(stream, log.partitions) : 0]
        if (at === undefined || position <= at.checkpoint || group.marks.has(position)) continue
        if (isWanted(group, { position, type })) add(group, 1, recorded)
      }
    }
  }
  return all
}

/** When the message was recorded that a lane of a key waits at, or where retention took that one, the next; `undefined` where the log ends before. */
async function recordedWhereItWaits(
  log: Log,
  lane: Lane,
  { head, trimmedTo }: Pick<Bounds, "head" | "trimmedTo">,
): Promise<Instant | undefined> {
  if (lane.kept !== undefined) return Date.parse(lane.kept.recordedAt)
  const next = Math.max(lane.at.next, trimmedTo + 1)
  for await (const { recordedAt } of ofLog(log, next - 1, next)) return Date.parse(recordedAt)
  for await (const { recordedAt } of ofLog(log, next, head)) return Date.parse(recordedAt)
  return undefined
}

/** Makes a stopped group active again; what retries is due at once. */
export async function startGroup(log: Log, name: string): Promise<void> {
  const now = await log.clock.now()
  await log.groups.change(name, (draft) => {
    if (draft.stopped === null) return
    editAll(draft)
    startLoadedGroup(draft, now)
  })
  log.news.work()
}

/** Stops a group; stopping it again replaces the reason. */
export async function stopGroupByHand(log: Log, name: string, why: StopReason): Promise<void> {
  const now = await log.clock.now()
  await log.groups.change(name, (draft) => stopDraft(draft, why, now))
}

function stopDraft(draft: GroupState, why: StopReason, now: Instant): void {
  editAll(draft)
  stopGroup(draft, why, now)
}

/** Gives a group another name, and ends its leases, for they name the old one. */
export async function renameGroup(log: Log, from: string, to: string): Promise<void> {
  checkName("group", to)
  await log.groups.fresh([from])
  const { database } = log
  if ((await database.read(() => database.groups.findOne({ name: to }, { projection: { _id: 1 } }))) !== null)
    throw groupNameTaken(to)
  const heard = await heardNow(log)
  try {
    await log.groups.change(from, (draft) => {
      keepHeard(draft, heard)
      draft.name = to
      fenceAll(editAll(draft))
    })
  } catch (error) {
    if (error instanceof BackendError && isTaken(error.cause)) throw groupNameTaken(to)
    throw error
  }
  log.news.work()
}

/** Forgets a group. It is stopped first, so that nothing of it can be claimed or settled any more. */
export async function deleteGroup(log: Log, name: string): Promise<void> {
  const now = await log.clock.now()
  const id = await log.groups.change(name, (draft) => {
    stopDraft(draft, { reason: "deleted" }, now)
    return draft.id
  })
  await log.database.write(() => log.database.groups.deleteOne({ _id: id }))
  log.groups.drop(name)
}
