import type { ClaimRequest, Idle, Slice, SliceMessage } from "@millrace/core"

import { type GroupAudit, type Held, heldKey, heldLane, heldPartition, type KeyOf } from "./group-audit.ts"
import type { Trace } from "./trace.ts"

/** What the checks of one call have at hand. */
export interface Checking {
  /** Which start of a process called. */
  readonly boot: string
  readonly now: number
  readonly keyOf: KeyOf
  /** Take-overs after which a message counts as failed. */
  readonly maxTakeovers: number
  readonly trace: Trace
  readonly wrong: (text: string) => void
}

/** Checks what was handed out: to one worker at a time, in order, nothing that is handled, and with the right flags. */
export function checkClaim(group: GroupAudit, request: ClaimRequest, slice: Slice | Idle, at: Checking): void {
  if (slice.kind === "idle") return
  const by = { boot: at.boot, processName: request.owner.processName, until: at.now + request.leaseMs }
  const held: readonly Held[] =
    slice.source === "partition"
      ? [heldPartition(slice, by)]
      : slice.lanes.map((lane) => {
          const token = slice.lease.lanes.find(({ key }) => key === lane.key)?.token ?? 0
          const messages = slice.messages.filter(
            ({ message }) => group.order === "log" || at.keyOf(group, message) === lane.key,
          )
          return heldLane(
            { ...lane, token },
            { ...by, partition: slice.lease.partition, messages, reemit: slice.reemit },
          )
        })
  for (const one of held) {
    take(group, one, at)
    checkMessages(group, one, at)
    if (slice.takeovers >= at.maxTakeovers)
      for (const { message } of one.messages) at.trace.mustNot(at.boot, group.name, message.position)
  }
  if (slice.takeovers > 0 && slice.source === "partition" && slice.messages.length > 1)
    at.wrong(`${group.name}: a take-over was handed ${slice.messages.length} messages`)
  if (slice.reemit !== group.reemit) at.wrong(`${group.name}: reemit is ${String(slice.reemit)} after its last reset`)
}

/** Notes that somebody holds this now; nobody else may. */
export function take(group: GroupAudit, held: Held, at: Checking): void {
  const place = `${held.partition}/${held.key}`
  const before = group.tokens.get(place) ?? 0
  if (held.token <= before) at.wrong(`${group.name}: ${place} was handed out with token ${held.token} after ${before}`)
  group.tokens.set(place, held.token)
  const left = new Set(held.openLanes)
  const streams = new Set(held.messages.map(({ message }) => at.keyOf(group, message)).filter((key) => !left.has(key)))
  for (const [key, other] of group.held) {
    const same = other.partition === held.partition && other.of === held.of && other.key === held.key
    if (isAnothers(other, held, at.now) && (same || overlaps(group, other, streams, at)))
      at.wrong(
        `${group.name}: ${place} was handed to ${held.boot} at ${at.now} while ${other.boot} held ${other.partition}/${other.key} until ${other.until}`,
      )
    if (same) group.held.delete(key)
  }
  group.held.set(heldKey(held.partition, held.key, held.token), held)
}

/** Whether a lease is in force that keeps this one out. A process gets back what an earlier start of it held, once that one has lost its name. */
function isAnothers(other: Held, held: Held, now: number): boolean {
  return !other.settled && other.until > now && (other.processName !== held.processName || !other.superseded)
}

function overlaps(group: GroupAudit, other: Held, streams: ReadonlySet<string>, at: Checking): boolean {
  if (group.order === "log") return false
  const aside = new Set([...other.openLanes, ...other.skipped.map(({ key }) => key)])
  return other.messages.some(({ message }) => {
    const key = at.keyOf(group, message)
    return streams.has(key) && !aside.has(key)
  })
}

function checkMessages(group: GroupAudit, held: Held, at: Checking): void {
  const aside = new Set(held.openLanes)
  let last = 0
  for (const one of held.messages) {
    const { position } = one.message
    const where = `${group.name}: position ${position}, handed to ${held.boot},`
    if (position <= last) at.wrong(`${where} comes behind ${last}`)
    last = position
    if (!group.types.has(one.message.type)) at.wrong(`${where} is a ${one.message.type}, which nobody wants`)
    if (aside.has(at.keyOf(group, one.message))) continue
    if (group.handled.has(position)) at.wrong(`${where} was handled already`)
    if (group.excused.has(position)) at.wrong(`${where} was to be passed over`)
    if (group.parked.get(at.keyOf(group, one.message)) === position) at.wrong(`${where} is a dead letter`)
    const attempt = (group.failures.get(position) ?? 0) + 1
    if (one.attempt !== attempt && !group.uncounted.has(position))
      at.wrong(`${where} is said to be at try ${one.attempt}, and is at ${attempt}`)
    checkFlag(group, one, where, at)
  }
}

function checkFlag(group: GroupAudit, one: SliceMessage, where: string, at: Checking): void {
  const { position } = one.message
  const truth = group.before.has(position)
  at.trace.mayBe(at.boot, group.name, position, truth && !group.reemit)
  if (group.unsure.has(position)) {
    at.trace.mayBe(at.boot, group.name, position, !group.reemit)
    return
  }
  // In keyed groups only the worker knows which key has its own row: its handlers are asked instead.
  if (group.order === "key" || one.handledBefore === truth) return
  at.wrong(`${where} is said to be ${one.handledBefore ? "handled" : "not handled"} before, and is not so`)
}
