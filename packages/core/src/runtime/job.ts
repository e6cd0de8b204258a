import type { LaneToken, Slice, SliceMessage, Skipped } from "../backend/claim.ts"
import { handledBefore } from "../backend/rules/handled-before.ts"
import type { ReplayRow } from "../backend/rules/plan-reset.ts"
import type { Position } from "../message/ids.ts"
import type { Delivery, Registration } from "../reactor/registration.ts"
import type { HeldAccess } from "./held-access.ts"

/** The share of one stream (or key) in a slice. */
export interface Job {
  readonly group: string
  readonly partition: number
  readonly key: string
  /** Where its lane opens if it can not be settled with the slice. */
  readonly from: Position
  /** How far it is done once all its messages are. */
  readonly scannedTo: Position
  /** In order; empty only for a lane that found nothing of its key. */
  readonly deliveries: readonly Delivery[]
  readonly takeovers: number
  readonly epoch: number
  /** Why no key could be computed for its message: it counts as failed. */
  readonly keyError: unknown
  /** Set for lanes. */
  readonly token: LaneToken | undefined
  /** What its reactor may ask for, under the lease that the job is held by. */
  readonly access: HeldAccess
}

/** The key under which everything of a log-ordered slice goes. */
export const LOG_KEY = "*"

/** Splits a slice into jobs by stream or key, and names what is left to open lanes. */
export function jobsOf(
  slice: Slice,
  registration: Registration,
  access: () => HeldAccess,
): { readonly jobs: readonly Job[]; readonly skipped: readonly Skipped[] } {
  const facts = { group: slice.group, partition: slice.lease.partition, takeovers: slice.takeovers, epoch: slice.epoch }
  if (slice.source === "lanes") {
    const byKey = registration.order === "log" ? undefined : grouped(slice.messages, registration)
    const jobs = slice.lanes.map(({ key, next, scannedTo }): Job => {
      const { messages, keyError } =
        byKey === undefined
          ? { messages: slice.messages, keyError: undefined }
          : (byKey.get(key) ?? keylessOf(key, slice.messages))
      const token = slice.lease.lanes.find((lane) => lane.key === key)
      return {
        ...facts,
        key,
        from: next,
        scannedTo,
        deliveries: messages.map((one) => deliveryOf(one, slice.reemit)),
        keyError,
        token,
        access: access(),
      }
    })
    return { jobs, skipped: [] }
  }
  const skipped: Skipped[] = [...slice.skipped]
  const setAside = new Set(slice.openLanes)
  const jobs: Job[] = []
  for (const [key, { messages, keyError }] of grouped(slice.messages, registration)) {
    const first = messages[0]
    if (first === undefined) continue
    const from = first.message.position
    if (setAside.has(key)) {
      skipped.push({ key, position: from })
      continue
    }
    const row = slice.replayRows?.find((one) => one.key === key)
    const deliveries = messages.map((one) =>
      deliveryOf(row === undefined ? one : corrected(one, row), slice.reemit, slice.newAbove),
    )
    jobs.push({
      ...facts,
      key,
      from,
      scannedTo: slice.scannedTo,
      deliveries,
      keyError,
      token: undefined,
      access: access(),
    })
  }
  return { jobs, skipped }
}

interface Group {
  readonly messages: SliceMessage[]
  readonly keyError: unknown
}

const NOTHING: Group = { messages: [], keyError: undefined }

function grouped(messages: readonly SliceMessage[], registration: Registration): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const one of messages) {
    const { key, keyError } = keyOf(one, registration)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { messages: [one], keyError })
    else group.messages.push(one)
  }
  return groups
}

/** The lane of a message whose key could not be computed. */
function keylessLane(position: Position): string {
  return `!${position}`
}

/** What such a lane holds once a key can be computed (its `partitionBy` was repaired): still that message, or it would be lost. */
function keylessOf(key: string, messages: readonly SliceMessage[]): Group {
  const found = messages.find(({ message }) => keylessLane(message.position) === key)
  return found === undefined ? NOTHING : { messages: [found], keyError: undefined }
}

/** A message whose key can not be computed stands alone under its position. */
function keyOf(
  { message }: SliceMessage,
  registration: Registration,
): { readonly key: string; readonly keyError: unknown } {
  if (registration.order === "log") return { key: LOG_KEY, keyError: undefined }
  if (registration.order === "stream" || registration.keyOf === undefined)
    return { key: message.streamId, keyError: undefined }
  try {
    return { key: registration.keyOf(message), keyError: undefined }
  } catch (error) {
    return { key: keylessLane(message.position), keyError: error ?? new Error("partitionBy threw nothing") }
  }
}

/** A key whose lane was open at a reset knows for itself what was handled before. */
function corrected(one: SliceMessage, { replay }: ReplayRow): SliceMessage {
  return { ...one, handledBefore: handledBefore(replay, one.message) }
}

function deliveryOf(
  { message, handledBefore, attempt }: SliceMessage,
  reemit: boolean,
  newAbove = Number.POSITIVE_INFINITY,
): Delivery {
  const isNew = message.position > newAbove
  return { message, handledBefore, replaying: handledBefore && !reemit, attempt, isNew }
}
