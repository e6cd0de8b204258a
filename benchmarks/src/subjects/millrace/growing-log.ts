import { type Backend, createApp, type Reactor } from "../../../../packages/core/src/index.ts"
import type { GrowingLog } from "../../benches/log-growth.ts"
import { entryOf } from "../../harness/append-load.ts"
import { noFaults, type Sample } from "../../harness/sample.ts"
import { quietLogger } from "./quiet-logger.ts"
import { ItemAdded } from "./shop.ts"

const AT_ONCE = 1_000
const EVENTS_PER_STREAM = 20
const CALLERS = 64
const SPAN_MS = 1_000
const BACKLOG = 5_000
const STREAMS_READ = 200

/** A log that grows through the app, at its defaults, and is measured in between. */
export async function growingLog(backend: Backend): Promise<GrowingLog> {
  const app = await createApp({ backend, logger: quietLogger })
  let stored = 0
  let groups = 0
  const append = async (streamId: string, number: number): Promise<void> => {
    await app.appendNextToStream(streamId, [ItemAdded(streamId, entryOf(streamId, number))])
    stored += 1
  }
  /** The next so many messages, in streams of equal length. */
  const appendMany = async (count: number): Promise<void> => {
    for (let left = count; left > 0; left -= AT_ONCE) {
      const from = stored
      const batch = Array.from({ length: Math.min(left, AT_ONCE) }, (_, at) => from + at)
      await Promise.all(batch.map((at) => append(streamOf(at), (at % EVENTS_PER_STREAM) + 1)))
    }
  }
  return {
    async growTo(messages) {
      await appendMany(messages - stored)
    },
    async appends() {
      const until = performance.now() + SPAN_MS
      let count = 0
      const call = async (caller: number): Promise<void> => {
        for (; performance.now() < until; count += 1) await append(`caller-${caller}`, count)
      }
      await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)))
      return sampleOf(count, SPAN_MS)
    },
    async drain() {
      groups += 1
      let handled = 0
      const reactor: Reactor = {
        name: `growth-${groups}`,
        handledMessages: [ItemAdded],
        startFrom: "now",
        handle() {
          handled += 1
        },
      }
      const worker = await createApp({ backend, logger: quietLogger, reactors: [reactor] })
      await appendMany(BACKLOG)
      const began = performance.now()
      await worker.drain()
      const sample = sampleOf(handled, performance.now() - began)
      await worker.close()
      return { ...sample, faults: { ...noFaults, lost: BACKLOG - handled } }
    },
    async streams() {
      const began = performance.now()
      let lost = 0
      for (let turn = 0; turn < STREAMS_READ; turn += 1) {
        // Everywhere in the first part of the log, which is there at both lengths.
        const events = await app.readStream(streamOf(((turn * 37) % 400) * EVENTS_PER_STREAM))
        lost += EVENTS_PER_STREAM - events.length
      }
      return { ...sampleOf(STREAMS_READ, performance.now() - began), faults: { ...noFaults, lost } }
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}

function streamOf(message: number): string {
  return `cart-${Math.floor(message / EVENTS_PER_STREAM)}`
}

function sampleOf(operations: number, ms: number): Sample {
  return { value: (operations * 1_000) / ms, operations, faults: noFaults, facts: {} }
}
