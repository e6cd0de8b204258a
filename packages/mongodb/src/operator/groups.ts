import {
  BackendError,
  checkName,
  type GroupInfo,
  type Instant,
  type Position,
  partitionOf,
  type StopReason,
} from "@millrace/core/backend"

import { isTaken } from "../errors.ts"
import { editAll, fenceAll, type GroupState, type Lane, setLane } from "../group-state.ts"
import { isWanted, ofLog, wantedOfLane } from "../lane-messages.ts"
import type { Log } from "../log.ts"
import { type Bounds, boundsOf } from "../read.ts"
import { SEGMENT, segmentOf } from "../segments.ts"
import { stopGroup } from "../stop-group.ts"

/** The groups named, or all, by name. */
export async function groups(log: Log, names?: readonly string[]): Promise<readonly GroupInfo[]> {
  const [found, bounds] = await Promise.all([
    log.groups.fresh(names === undefined ? undefined : [...new Set(names)]),
    boundsOf(log),
  ])
  const lags = await waitingOf(log, found, bounds)
  return found
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((group) => infoOf(group, lags.get(group.id) ?? NOTHING))
}

function infoOf(group: GroupState, { lag, since }: Waiting): GroupInfo {
  const lanes = group.partitions.flatMap((at) => [...at.lanes.values()]).map((lane) => lane.at)
  const checkpoints = group.partitions.map(({ checkpoint }) => checkpoint)
  const holds = group.partitions.flatMap(({ hold }) => (hold === null ? [] : [hold.retryAt]))
  const retries = lanes.filter(({ status }) => status === "retrying").map(({ retryAt }) => retryAt)
  const due = [...retries, ...holds]
  return {
    group: group.name,
    order: group.order,
    status: group.stopped === null ? "active" : "stopped",
    ...(group.stopped === null ? {} : { stopped: group.stopped }),
    types: [...group.types]
      .map(([type, { since }]) => ({ type, since }))
      .toSorted((one, other) => (one.type < other.type ? -1 : 1)),
    lag,
    ...(since === undefined ? {} : { waitingSince: since }),
    oldestCheckpoint: Math.min(...checkpoints),
    newestCheckpoint: Math.max(...checkpoints),
    retrying: retries.length,
    parked: lanes.length - retries.length,
    ...(due.length === 0 ? {} : { retryAt: Math.min(...due) }),
    epoch: group.epoch,
    dropped: group.dropped,
    skips: [...group.skips],
    skipped: group.skipped,
  }
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
          add(group, 1, await recordedWhereItWaits(log, lane, trimmedTo))
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

/** When the first message was recorded that a lane of a key has before it; `undefined` where the log ends before. */
async function recordedWhereItWaits(log: Log, lane: Lane, trimmedTo: Position): Promise<Instant | undefined> {
  if (lane.kept !== undefined) return Date.parse(lane.kept.recordedAt)
  const next = Math.max(lane.at.next, trimmedTo + 1)
  for await (const { recordedAt } of ofLog(log, next - 1, next)) return Date.parse(recordedAt)
  return undefined
}

/** Makes a stopped group active again; what retries is due at once. */
export async function startGroup(log: Log, name: string): Promise<void> {
  const now = await log.clock.now()
  await log.groups.change(name, (draft) => {
    if (draft.stopped === null) return
    draft.stopped = null
    for (const at of editAll(draft)) {
      if (at.hold !== null) at.hold = { ...at.hold, retryAt: Math.min(at.hold.retryAt, now) }
      for (const lane of at.lanes.values())
        if (lane.at.status === "retrying")
          setLane(at, { ...lane, at: { ...lane.at, retryAt: Math.min(lane.at.retryAt, now) } })
    }
  })
  log.news.work()
}

/** Stops a group; stopping it again replaces the reason. */
export async function stopGroupByHand(log: Log, name: string, why: StopReason): Promise<void> {
  const now = await log.clock.now()
  await log.groups.change(name, (draft) => stopGroup(draft, why, now))
}

/** Gives a group another name, and ends its leases, for they name the old one. */
export async function renameGroup(log: Log, from: string, to: string): Promise<void> {
  checkName("group", to)
  const taken = (): BackendError => new BackendError("invalid", `there is a group "${to}" already: choose another name`)
  await log.groups.fresh([from])
  const { database } = log
  if ((await database.read(() => database.groups.findOne({ name: to }, { projection: { _id: 1 } }))) !== null)
    throw taken()
  try {
    await log.groups.change(from, (draft) => {
      draft.name = to
      fenceAll(draft)
    })
  } catch (error) {
    if (error instanceof BackendError && isTaken(error.cause)) throw taken()
    throw error
  }
  log.news.work()
}

/** Forgets a group. It is stopped first, so that nothing of it can be claimed or settled any more. */
export async function deleteGroup(log: Log, name: string): Promise<void> {
  const now = await log.clock.now()
  const id = await log.groups.change(name, (draft) => {
    stopGroup(draft, { reason: "deleted" }, now)
    return draft.id
  })
  await log.database.write(() => log.database.groups.deleteOne({ _id: id }))
  log.groups.drop(name)
}
