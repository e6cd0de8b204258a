import type { Settled, Settlement, SettlePart, SliceMessage } from "@millrace/core"

import type { Checking } from "./claims.ts"
import { take } from "./claims.ts"
import { type GroupAudit, type Held, heldKey } from "./group-audit.ts"

type Accepted = Extract<Settled, { kind: "settled" }>

/** Checks what a settle that was accepted says was handled, and keeps account of it. */
export function checkSettle(group: GroupAudit, settlement: Settlement<never>, answer: Settled, at: Checking): void {
  const { lease } = settlement
  const tokens = lease.of === "partition" ? [{ key: "", token: lease.token }] : lease.lanes
  const keys = tokens.map(({ key, token }) => heldKey(lease.partition, key, token))
  const held = keys.map((key) => group.held.get(key))
  // What is fenced is held no more, or was never this one's.
  if (answer.kind === "fenced") return
  const before = group.answers.get(keys.join("\n"))
  if (before !== undefined) {
    if (before !== JSON.stringify(answer))
      at.wrong(`${group.name}: a repeated settle of ${at.boot} is answered otherwise`)
    return
  }
  const whole = held.filter((one) => one !== undefined)
  if (whole.length < held.length) {
    const shown = tokens.map(({ key, token }) => `${lease.partition}/${key} token ${token}`).join(", ")
    at.wrong(`${group.name}: a settle of ${at.boot} was accepted though ${shown} had passed on`)
    return
  }
  if (whole.some(({ superseded }) => superseded))
    at.wrong(`${group.name}: a settle of ${at.boot} was accepted though its process name had passed on`)
  checkIds(group, settlement, at.wrong)
  // A group in total order is its only lane: nothing of a settle is stored when one part can not be, and its lease goes on.
  if (group.order === "log" && answer.parts.some(({ kind }) => kind !== "stored")) return
  group.answers.set(keys.join("\n"), JSON.stringify(answer))
  for (const one of whole) {
    one.settled = true
    if (one.of === "partition") settlePartition(group, one, settlement, answer, at)
    else settleLane(group, one, settlement, answer, at)
  }
  // A group that a settle stops ends all its leases, also those of others.
  if (settlement.stop !== undefined || answer.stopped !== undefined) group.held.clear()
}

function settlePartition(
  group: GroupAudit,
  held: Held,
  settlement: Settlement<never>,
  answer: Accepted,
  at: Checking,
): void {
  const checkpoint = settlement.checkpoint ?? 0
  const named = new Set((settlement.skipped ?? []).map(({ key }) => key))
  for (const { key } of held.skipped)
    if (!named.has(key))
      at.wrong(`${group.name}: a settle of ${at.boot} does not name ${key}, which its slice left to a lane`)
  const aside = new Set([...named, ...held.openLanes])
  const byKey = new Map<string, SliceMessage[]>()
  for (const one of held.messages) {
    if (one.message.position > checkpoint) continue
    const key = group.order === "log" ? "*" : at.keyOf(group, one.message)
    if (aside.has(key)) continue
    byKey.set(key, [...(byKey.get(key) ?? []), one])
  }
  const singles = singlesOf(group, settlement)
  for (const [key, messages] of byKey) {
    const index = settlement.parts.findIndex((part) => part.key === key)
    const part = settlement.parts[index]
    if (part === undefined) {
      at.wrong(
        `${group.name}: ${at.boot} settled up to ${checkpoint} and says nothing of ${key} at ${messages[0]?.message.position}`,
      )
      continue
    }
    follow(
      group,
      held,
      { part, index, messages: messages.filter(({ message }) => !singles.has(message.position)) },
      answer,
      at,
    )
  }
  if (settlement.hold !== undefined)
    checkJudged(group, held, { as: "retry", position: firstAbove(held, checkpoint) }, at)
  for (const position of singles) group.parked.set(`@${position}`, position)
  const waiting = firstAbove(held, checkpoint)
  if (settlement.hold !== undefined) fail(group, waiting, settlement.hold.failures)
  // Given back unhandled, what a group in total order waits at begins its count anew.
  else if (group.order === "log") group.failures.delete(waiting)
}

/** The messages that a group in log order takes out as lanes of their own. */
function singlesOf(group: GroupAudit, { parts }: Settlement<never>): ReadonlySet<number> {
  const singles = new Set<number>()
  for (const { deferral } of parts) {
    if (deferral?.single !== true) continue
    singles.add(deferral.position)
    fail(group, deferral.position, deferral.failures)
  }
  return singles
}

function firstAbove(held: Held, checkpoint: number): number {
  return held.messages.find(({ message }) => message.position > checkpoint)?.message.position ?? 0
}

function settleLane(
  group: GroupAudit,
  held: Held,
  settlement: Settlement<never>,
  answer: Accepted,
  at: Checking,
): void {
  const index = settlement.parts.findIndex((part) => part.key === held.key)
  const part = settlement.parts[index]
  if (part === undefined) return
  follow(group, held, { part, index, messages: held.messages }, answer, at)
}

interface PartOf {
  readonly part: SettlePart<never>
  readonly index: number
  readonly messages: readonly SliceMessage[]
}

function follow(
  group: GroupAudit,
  held: Held,
  { part, index, messages }: PartOf,
  answer: Accepted,
  at: Checking,
): void {
  const stored = answer.parts[index]?.kind === "stored"
  if (part.deferral !== undefined) checkJudged(group, held, part.deferral, at)
  const { deferral } = part
  const upto =
    deferral === undefined ? (part.doneTo ?? held.scannedTo) : Math.min(part.doneTo ?? Infinity, deferral.position - 1)
  if (stored) for (const one of messages) if (one.message.position <= upto) handle(group, held, one, at)
  if (stored && deferral !== undefined) {
    fail(group, deferral.position, deferral.failures)
    if (deferral.as === "park") group.parked.set(part.key, deferral.position)
    else group.parked.delete(part.key)
  } else if (stored) group.parked.delete(part.key)
  const token = answer.lanes.find(({ key }) => key === part.key)?.token
  if (token === undefined) {
    if (!stored && answer.stopped === undefined && deferral?.as !== "hand-over")
      at.wrong(`${group.name}: the part of ${part.key} was not stored, and no lane was given for it`)
    return
  }
  const first = stored ? (deferral?.position ?? 0) : Math.max(part.from, held.from)
  const left = messages.filter(({ message }) => message.position >= first)
  const until = stored && deferral?.as === "hand-over" ? at.now + deferral.leaseMs : held.until
  const lane = { of: "lane", key: part.key, messages: left, from: first, token, until, settled: false } as const
  take(group, { ...held, ...lane, skipped: [], openLanes: [] }, at)
}

function handle(group: GroupAudit, held: Held, one: SliceMessage, at: Checking): void {
  const { position } = one.message
  const key = group.order === "log" ? "*" : at.keyOf(group, one.message)
  const where = `${group.name}: position ${position} (${key})`
  if (group.handled.has(position)) at.wrong(`${where} was handled twice, the second time by ${held.boot}`)
  const last = group.lastOf.get(key) ?? 0
  const alone = held.of === "lane" && group.order === "log"
  if (position <= last && !alone) at.wrong(`${where} was handled by ${held.boot} after ${last}`)
  group.handled.set(position, key)
  if (!alone) group.lastOf.set(key, position)
  group.failures.delete(position)
  const replaying = group.before.has(position) && !group.reemit
  const ran = at.trace.of(held.boot, group.name, position)
  if (at.trace.tells(group.name) && ran !== "done" && ran !== "passed")
    at.wrong(`${where} was settled by ${held.boot}, whose handler ${ran === undefined ? "never saw it" : `was ${ran}`}`)
  if (!replaying && ran !== "passed") group.effective.set(position, (group.effective.get(position) ?? 0) + 1)
}

function fail(group: GroupAudit, position: number, failures: number): void {
  group.failures.set(position, failures)
  group.uncounted.delete(position)
}

/** A message waits as its error strategy said. */
function checkJudged(
  group: GroupAudit,
  held: Held,
  { as, position }: { readonly as: "retry" | "park" | "hand-over"; readonly position: number },
  at: Checking,
): void {
  const said = at.trace.saidOf(held.boot, group.name, position)
  if (said === undefined || (said === "park") === (as === "park")) return
  at.wrong(`${group.name}: position ${position} was settled as ${as}, and its error strategy said ${said}`)
}

/** However often a message is handled, what it leads to has the same ids: so that it is never stored twice. */
function checkIds(group: GroupAudit, { parts }: Settlement<never>, wrong: (text: string) => void): void {
  for (const { effects } of parts) {
    const counts = new Map<string, number>()
    for (const { messages } of effects?.streams ?? []) {
      for (const { id, causationId, type } of messages) {
        const cause = `${causationId}/${type}/${group.epoch}`
        const count = (counts.get(cause) ?? 0) + 1
        counts.set(cause, count)
        const known = group.ids.get(`${cause}/${count}`)
        if (known === undefined) group.ids.set(`${cause}/${count}`, id)
        else if (known !== id)
          wrong(`${group.name}: ${type}, which ${causationId} leads to, has the id ${id}, and had ${known}`)
      }
    }
  }
}
