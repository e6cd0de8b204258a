import type { StoredMessage } from "@millrace/core"

import type { World } from "../scenario.ts"
import { numberIn, remindAfterMs, tallyKey } from "./reactors.ts"

/** What a group makes of each of its messages: one of these, in this stream. */
interface Effect {
  readonly group: string
  readonly of: ReadonlySet<string>
  readonly type: string
  readonly streamOf: (cause: StoredMessage) => string
  /** Whether the effects of one stream come in the order of their causes. */
  readonly ordered: boolean
}

const BOOKINGS: ReadonlySet<string> = new Set(["bank.deposited", "bank.withdrawn", "bank.transferred"])

const EFFECTS: readonly Effect[] = [
  {
    group: "mirror",
    of: BOOKINGS,
    type: "bank.mirrored",
    streamOf: ({ streamId }) => `mirror-${streamId}`,
    ordered: true,
  },
  { group: "audit", of: BOOKINGS, type: "bank.audited", streamOf: () => "audit-1", ordered: false },
  { group: "tally", of: BOOKINGS, type: "bank.tallied", streamOf: (cause) => tallyKey(amountOf(cause)), ordered: true },
  {
    group: "stamp",
    of: new Set(["bank.remarked"]),
    type: "bank.stamped",
    streamOf: ({ streamId }) => streamId,
    ordered: true,
  },
  {
    group: "remind",
    of: new Set(["bank.withdrawn"]),
    type: "bank.reminded",
    streamOf: ({ streamId }) => `reminder-${streamId}`,
    ordered: false,
  },
  {
    group: "account",
    of: new Set(["bank.transferred"]),
    type: "bank.deposit",
    streamOf: (cause) => textIn(cause.payload, "to"),
    ordered: false,
  },
]

/** Every message has led to what its group makes of it exactly as often as its group was to do it: once, and once more for each reset that wanted the effects again. */
export function checkEffects(log: readonly StoredMessage[], world: World): void {
  const byCause = new Map<string, StoredMessage[]>()
  for (const message of log) {
    if (message.causationId === message.id) continue
    const key = `${message.type}/${message.causationId}`
    const found = byCause.get(key)
    if (found === undefined) byCause.set(key, [message])
    else found.push(message)
  }
  for (const effect of EFFECTS) {
    const group = world.groups.get(effect.group)
    for (const cause of log) {
      if (!effect.of.has(cause.type)) continue
      const due = group?.effective.get(cause.position) ?? 0
      const found = byCause.get(`${effect.type}/${cause.id}`) ?? []
      byCause.delete(`${effect.type}/${cause.id}`)
      if (group?.unsure.has(cause.position) === true) continue
      const where = `${effect.group}: the ${cause.type} at ${cause.position}`
      if (found.length !== due)
        world.wrong(`${where} has led to ${found.length} times ${effect.type}, and was handled ${due} times`)
      for (const one of found) checkEffect(effect, cause, one, where, world)
    }
    if (effect.ordered && group?.resets === 0) checkOrder(log, effect, world)
  }
  for (const [key, found] of byCause)
    for (const one of found)
      if (EFFECTS.some(({ type }) => type === one.type))
        world.wrong(`position ${one.position} (${key}) follows from nothing`)
}

function checkEffect(effect: Effect, cause: StoredMessage, one: StoredMessage, where: string, world: World): void {
  const stream = effect.streamOf(cause)
  if (one.streamId !== stream) world.wrong(`${where} has led to a message in ${one.streamId}, not in ${stream}`)
  if (one.position <= cause.position) world.wrong(`${where} has led to a message at ${one.position}, before it`)
  if (one.correlationId !== cause.correlationId) world.wrong(`${where} has led to a message of another conversation`)
  if (effect.group === "account") return
  if (positionOf(one) !== cause.position) world.wrong(`${where} has led to a message that names ${positionOf(one)}`)
  if (effect.group !== "remind") return
  const due = Date.parse(cause.recordedAt) + remindAfterMs(amountOf(cause))
  if (Date.parse(one.recordedAt) < due) world.wrong(`${where} has led to a reminder that came before it was due`)
}

function checkOrder(log: readonly StoredMessage[], effect: Effect, world: World): void {
  const last = new Map<string, number>()
  for (const message of log) {
    if (message.type !== effect.type) continue
    const position = positionOf(message)
    const before = last.get(message.streamId) ?? 0
    if (position <= before)
      world.wrong(`${message.streamId}: what ${position} led to comes behind what ${before} led to`)
    last.set(message.streamId, position)
  }
}

/** Totals hold each booking once. */
export async function checkTotals(
  log: readonly StoredMessage[],
  rows: ReadonlyMap<string, unknown> | undefined,
  world: World,
): Promise<void> {
  const due = new Map<string, { count: number; sum: number; last: number }>()
  for (const message of log) {
    if (!BOOKINGS.has(message.type)) continue
    const { count, sum } = due.get(message.streamId) ?? { count: 0, sum: 0 }
    due.set(message.streamId, { count: count + 1, sum: sum + amountOf(message), last: message.position })
  }
  for (const [id, { count, sum, last }] of due) {
    const [kept] = await world.storage.documents({ collection: "projection:balances", ids: [id] })
    const shown = JSON.stringify(kept?.value ?? null)
    if (!shown.includes(JSON.stringify({ count, sum })))
      world.wrong(`balances of ${id} is kept as ${shown}, and holds ${count} bookings of ${sum}`)
    const row = JSON.stringify(rows?.get(id) ?? null)
    if (rows !== undefined && row !== JSON.stringify({ count, last }))
      world.wrong(`rows of ${id} is ${row}, and holds ${count} bookings, the last at ${last}`)
  }
}

function amountOf({ payload }: StoredMessage): number {
  return typeof payload === "object" && payload !== null ? numberIn(payload, "amount") : 0
}

function positionOf({ payload }: StoredMessage): number {
  return typeof payload === "object" && payload !== null ? numberIn(payload, "position") : 0
}

function textIn(payload: unknown, key: string): string {
  const value: unknown = typeof payload === "object" && payload !== null ? Reflect.get(payload, key) : undefined
  return typeof value === "string" ? value : ""
}
