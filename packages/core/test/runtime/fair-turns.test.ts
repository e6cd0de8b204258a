import * as Schema from "effect/Schema"
import { expect, it, onTestFinished } from "vitest"

import type { Backend } from "../../src/backend/index.ts"
import { createApp, event, handler, memoryBackend, retryOnError, silentLogger } from "../../src/index.ts"
import { SLICES_BEFORE_A_TURN } from "../../src/runtime/dispatcher.ts"

const Stormy = event("weather.stormy", Schema.Struct({ n: Schema.Int }))
const Calm = event("weather.calm", Schema.Struct({ n: Schema.Int }))
const STREAMS = 200

it("a group has its turn although streams of another, which fail again and again, have waited longer", async () => {
  const memory = memoryBackend()
  const served: string[] = []
  const backend: Backend = {
    ...memory,
    async claim(request) {
      const found = await memory.claim(request)
      if (found.kind === "slice") served.push(found.group)
      return found
    },
  }
  const { promise: failedOften, resolve: failsOften } = Promise.withResolvers<void>()
  const { promise: calm, resolve: calms } = Promise.withResolvers<void>()
  let failures = 0
  const app = await createApp({
    backend,
    logger: silentLogger,
    reactors: [
      handler("storm", { errorStrategy: retryOnError({ times: 1_000_000, afterMs: 1 }) }).on(Stormy, () => {
        failures += 1
        if (failures === 2 * STREAMS) failsOften()
        throw new Error("it storms")
      }),
      handler("calm").on(Calm, () => calms()),
    ],
  })
  onTestFinished(() => app.close())
  for (let n = 0; n < STREAMS; n += 1) await app.dispatch(Stormy(`storm-${n}`, { n }))
  await app.start({ concurrency: 1 })
  await failedOften
  const before = served.length
  await app.dispatch(Calm("calm-1", { n: 1 }))
  await calm
  // One slice may be under way when the message comes, and one when the turn is counted.
  expect(served.indexOf("calm", before) - before).toBeLessThanOrEqual(SLICES_BEFORE_A_TURN + 2)
})
