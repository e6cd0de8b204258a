import { deepEqual, ok } from "node:assert/strict"

import { AppendNext, type Backend, type ReactorMessage } from "@millrace/core"
import type { Settlement } from "@millrace/core/backend"
import { describe, it } from "vitest"

import { backends, type TestedBackend } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, ItemAdded, OrderPlaced } from "../shop.ts"

/** What the storage of these tests says that it takes at once. */
const MOST = 20

const ANSWERS = 8
const STREAMS = 6
const EACH = 4

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    for (const order of ["stream", "log"] as const) {
      it(`a group in ${order} order whose handlers answer with much settles no more of it at once than the storage takes, in order and once [S41.a]`, async () => {
        const { app, settled } = await answering(backend, { order, answers: () => ANSWERS })
        const streams = Array.from({ length: STREAMS }, (_, at) => `cart-${at + 1}`)
        for (const streamId of streams)
          await app.appendNextToStream(
            streamId,
            Array.from({ length: EACH }, () => added(streamId)),
          )
        await app.drain()
        const wanted = Array.from({ length: EACH * ANSWERS }, (_, at) => Math.floor(at / ANSWERS) + 1)
        for (const streamId of streams) {
          const causes = (await app.readStream(`order-${streamId}`)).map(({ metadata }) => metadata["answers"])
          deepEqual(causes, wanted, streamId)
        }
        ok(settled.length > 0 && settled.every((size) => size <= MOST), `settled ${settled.join(", ")}`)
      })
    }

    it("what one message answers with is stored together, however much it is [S41.a]", async () => {
      const { app, settled } = await answering(backend, { order: "stream", answers: () => MOST + 5 })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
      await app.drain()
      deepEqual((await app.readStream("order-cart-1")).length, 2 * (MOST + 5))
      deepEqual(settled, [MOST + 5, MOST + 5])
    })
  })
}

/** An app whose only group answers each message with so many, on a storage that says it takes few at once; and how many messages each settle brought. */
async function answering(
  backend: TestedBackend,
  { order, answers }: { readonly order: "stream" | "log"; readonly answers: (message: ReactorMessage) => number },
) {
  const log = await openLog(backend)
  const settled: number[] = []
  const chatty = recorder("chatty", [ItemAdded], {
    order,
    handle: (message) => {
      const one = OrderPlaced(`order-${message.streamId}`).withMetadata({ answers: message.version ?? 0 })
      return AppendNext(Array.from({ length: answers(message) }, () => one))
    },
  })
  const app = await log.app({ reactors: [chatty], backend: takingFew(await log.connect(), settled) })
  return { app, settled }
}

function takingFew(backend: Backend, settled: number[]): Backend {
  const told = interceptBackend(backend, ({ method, args: [settlement], run }) => {
    if (method === "settle" && isSettlement(settlement)) {
      const size = sizeOf(settlement)
      if (size > 0) settled.push(size)
    }
    return run()
  })
  return new Proxy(told, {
    get: (target, property): unknown =>
      property === "capabilities" ? { ...backend.capabilities, maxBatch: MOST } : Reflect.get(target, property),
  })
}

function isSettlement(value: unknown): value is Settlement {
  return typeof value === "object" && value !== null && "lease" in value && "parts" in value
}

function sizeOf({ parts }: Settlement): number {
  return parts.reduce(
    (sum, { effects }) => sum + (effects?.streams ?? []).reduce((of, { messages }) => of + messages.length, 0),
    0,
  )
}
