import type { AnyMessage, App, Backend } from "@millrace/core"

import { type Timing, timed, timingOf } from "./timed.ts"

/** What is measured, in this order. */
export const STEPS = [
  "append, 1 caller",
  "append, 64 callers",
  "append, 100 at once",
  "drain",
  "dispatch to handler",
] as const

/** A step's figures. `messages`: of how many; the latency of a drain is not one message's, so it has none. */
export interface Measured extends Partial<Pick<Timing, "p50" | "p99">> {
  readonly step: (typeof STEPS)[number]
  readonly messages: number
  readonly perSecond: number
}

const MANY_CALLERS = 64
const BATCH = 100

/** Messages whose way from `dispatch` to their handler is timed, one after another. */
const ROUND_TRIPS = 200

/** Measures a log that nothing else is in. `forMs`: how long each kind of append is tried. */
export async function measure(
  backend: Backend,
  { forMs, tick }: { readonly forMs: number; readonly tick: (messages: number) => void },
): Promise<readonly Measured[]> {
  const { createApp, event, handler } = await import("@millrace/core")
  const Noted = event("bench.noted", {
    "~standard": { version: 1, vendor: "millrace", validate: (value) => ({ value }) },
  })
  const arrived = new Map<string, () => void>()
  const reader = handler("bench_reader").on(Noted, (message) => {
    arrived.get(message.id)?.()
    tick(1)
  })
  const app = await createApp({ backend, reactors: [reader], processName: "bench" })
  try {
    const noted = (stream: string): AnyMessage =>
      Noted.build(stream, { amount: 100, currency: "EUR", note: "a payload of usual size" })
    const append = (messages: number) => async (caller: number) => {
      const stream = `bench-${caller}`
      await app.appendNextToStream(
        stream,
        Array.from({ length: messages }, () => noted(stream)),
      )
      tick(messages)
    }
    const one = await timed(1, forMs, append(1))
    const many = await timed(MANY_CALLERS, forMs, append(1))
    const batches = await timed(1, forMs, append(BATCH))
    const messages = one.calls + many.calls + batches.calls * BATCH
    const began = performance.now()
    await app.drain()
    const drained = performance.now() - began
    return [
      { step: "append, 1 caller", messages: one.calls, ...figures(one) },
      { step: "append, 64 callers", messages: many.calls, ...figures(many) },
      { step: "append, 100 at once", messages: batches.calls * BATCH, ...figures(batches, BATCH) },
      { step: "drain", messages, perSecond: Math.round((messages * 1_000) / drained) },
      { step: "dispatch to handler", messages: ROUND_TRIPS, ...figures(await roundTrips(app, arrived, noted)) },
    ]
  } finally {
    await app.close()
  }
}

function figures({ perSecond, p50, p99 }: Timing, each = 1): Pick<Measured, "perSecond" | "p50" | "p99"> {
  return { perSecond: perSecond * each, p50, p99 }
}

/** From the call of `dispatch` until the handler is called in a worker of this process. */
async function roundTrips(
  app: Pick<App, "start" | "stop" | "dispatch">,
  arrived: Map<string, () => void>,
  noted: (stream: string) => AnyMessage,
): Promise<Timing> {
  await app.start()
  const took: number[] = []
  const began = performance.now()
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    const message = noted(`trip-${trip % MANY_CALLERS}`)
    const there = new Promise<void>((resolve) => arrived.set(message.id, resolve))
    const before = performance.now()
    await app.dispatch(message)
    await there
    took.push(performance.now() - before)
    arrived.delete(message.id)
  }
  const ms = performance.now() - began
  await app.stop()
  return timingOf(took, ms)
}
