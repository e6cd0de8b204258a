import { actor, type Backend, command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

import { interceptBackend } from "./intercept-backend.ts"
import type { TestLog } from "./open-log.ts"

const Amount = Schema.Struct({ amount: Schema.Int })
export const Add = command("meter.add", Amount)
export const Added = event("meter.added", Amount)

const State = Schema.Struct({ total: Schema.Int, last: Schema.NullOr(Schema.Date) })

/** A meter whose state holds a `Date`, which only its schema takes to JSON and back. */
export function meter(version = 1, { every = 10, factor = 1 } = {}) {
  return actor("meter", (): { total: number; last: Date | null } => ({ total: 0, last: null }), {
    snapshot: { version, every, schema: State },
  })
    .event(Added, (state, { payload, createdAt }) => {
      state.total += payload.amount * factor
      state.last = new Date(createdAt)
    })
    .command(Add, (_state, { payload }, { event: emit }) => {
      emit(Added, payload)
    })
}
export const Meter = meter()

/** Counts the messages that reads bring to a process. */
export function counting(backend: Backend): { readonly backend: Backend; messages: number } {
  const state = { messages: 0 }
  const through = interceptBackend(backend, async ({ method, run }) => {
    const result = await run()
    if (method === "read" && typeof result === "object" && result !== null && "messages" in result) {
      if (Array.isArray(result.messages)) state.messages += result.messages.length
    }
    return result
  })
  return Object.assign(state, { backend: through })
}

/** A process of its own that adds so often, one command after another, and ends. */
export async function addMany(log: TestLog, times: number, Which = Meter): Promise<void> {
  const app = await log.app({ reactors: [Which] })
  for (let at = 0; at < times; at += 1) await app.execute(Add("meter-1", { amount: 1 }))
  await app.close()
}

/** A new process that executes one command: what it read for it, and the state it came to. */
export async function oneMore(log: TestLog, Which = Meter) {
  const counted = counting(await log.connect())
  const app = await log.app({ reactors: [Which], backend: counted.backend })
  counted.messages = 0
  const { state, version } = await app.execute(Add("meter-1", { amount: 1 }))
  const { messages } = counted
  const { total } = state
  await app.close()
  return { total, version, read: messages, counts: app.snapshots(Which).counts() }
}
