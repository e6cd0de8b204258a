import type { App } from "@millrace/core"

import { Counted, Parcel, Ring, Transfer } from "../bank/messages.ts"
import type { Random } from "../random.ts"

/** Something to be stored, whose ids are known before it is sent. Sending it again sends the same. */
export interface Prepared {
  readonly ids: readonly string[]
  send(): Promise<unknown>
}

/** What a client does next. Preparing it may look into the log. */
export type Deed = (app: App) => Promise<Prepared>

const COUNTERS = 5
const PARCEL_STREAMS = 30
const MOST_AMOUNT = 60
const LATEST_RING_MS = 3_000

export function drawDeed(random: Random, accounts: number): Deed {
  const roll = random.below(100)
  if (roll < 50) return transfer(random, accounts)
  if (roll < 65) return count(`counter-${random.below(COUNTERS)}`)
  if (roll < 80) return ring(`ring-${random.below(COUNTERS)}`, random.between(50, LATEST_RING_MS))
  return parcel(random)
}

function transfer(random: Random, accounts: number): Deed {
  const from = random.below(accounts)
  const to = (from + random.between(1, accounts - 1)) % accounts
  const amount = random.between(1, MOST_AMOUNT)
  return async (app) => {
    const message = Transfer(`account-${from}`, { amount, to: `account-${to}` })
    return { ids: [message.id], send: () => app.dispatch(message) }
  }
}

/** Looks how far the counter has got, and adds the next: one of several clients that do so at a time gets a conflict. */
function count(stream: string): Deed {
  return async (app) => {
    const [last] = await app.readStream(stream, { direction: "backward", limit: 1 })
    const version = last?.version ?? 0
    const message = Counted(stream, { n: version + 1 })
    return { ids: [message.id], send: () => app.appendToStream(stream, [message], { expectedVersion: version }) }
  }
}

function ring(stream: string, inMs: number): Deed {
  return async (app) => {
    const due = Date.now() + inMs
    const message = Ring(stream, { due })
    return { ids: [message.id], send: () => app.scheduleMessages([message], { at: new Date(due) }) }
  }
}

/** Several at once, under an idempotency key: all or none. */
function parcel(random: Random): Deed {
  const stream = `parcel-${random.below(PARCEL_STREAMS)}`
  const trouble = random.chance(0.04) ? "always" : random.chance(0.2) ? "twice" : "none"
  const messages = Array.from({ length: random.between(1, 3) }, (_, n) =>
    Parcel(stream, { trouble: n === 0 ? trouble : "none", n }),
  )
  const idempotencyKey = messages.map(({ id }) => id).join(" ")
  return async (app) => ({
    ids: messages.map(({ id }) => id),
    send: () => app.appendNextToStream(stream, messages, { idempotencyKey }),
  })
}
