import { deepEqual, equal, ok } from "node:assert/strict"

import { type Backend, event, handler, Overloaded } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { AddItem, Cart, item, ItemAdded } from "../shop.ts"

const Sack = event("mill.sack", Schema.Struct({ text: Schema.String }))

/** How many writes a process is told to hold, and how many it is given at once. */
const ROOM = 50
const GIVEN = 400

/** What a flood of writes that nobody awaits came to. */
async function outcomesOf(
  writes: readonly Promise<unknown>[],
): Promise<{ readonly done: number; readonly refused: number }> {
  const settled = await Promise.allSettled(writes)
  const refused = settled.filter((one) => one.status === "rejected")
  for (const { reason } of refused) ok(reason instanceof Overloaded, String(reason))
  return { done: settled.length - refused.length, refused: refused.length }
}

/** Counts what a backend answers, or is asked for, at most at a time. */
function watched(backend: Backend, of: string, count: (args: readonly unknown[], answer: unknown) => number) {
  const counts: number[] = []
  const watching = interceptBackend(backend, async ({ method, args, run }) => {
    const answer: unknown = await run()
    if (method === of) counts.push(count(args, answer))
    return answer
  })
  return { backend: watching, counts }
}

function lengthOf(value: unknown, name: string): number {
  const list: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
  return Array.isArray(list) ? list.length : 0
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    for (const [whenFull, limits] of [
      ["wait", { waitingAppends: ROOM }],
      ["refuse", { queuedAppends: ROOM }],
    ] as const) {
      it(`writes that nobody awaits are stored or refused, and a process holds no more of them than it was told to (${whenFull})`, async () => {
        const app = await (await openLog(backend)).app({ whenFull, limits })
        const writes = Array.from({ length: GIVEN }, (_, n) =>
          app.dispatch(ItemAdded(`cart-${n % 7}`, item(String(n)))),
        )
        deepEqual(await outcomesOf(writes), { done: ROOM, refused: GIVEN - ROOM })
        equal((await app.stats()).messages, ROOM)
        equal((await app.dispatch(ItemAdded("cart-1", item("later")))).duplicate, false)
      })
    }

    it("writes that are awaited are slowed to the storage's pace and never refused", async () => {
      const app = await (await openLog(backend)).app({ limits: { waitingAppends: ROOM } })
      const caller = async (at: number): Promise<void> => {
        for (let n = 0; n < 4; n += 1) await app.dispatch(ItemAdded(`cart-${at}`, item(String(n))))
      }
      await Promise.all(Array.from({ length: ROOM }, (_, at) => caller(at)))
      equal((await app.stats()).messages, 4 * ROOM)
    })

    it("executions that nobody awaits are decided or refused, and few of them are loaded at a time", async () => {
      const log = await openLog(backend)
      const reads = watched(await log.connect(), "read", ([question]) => lengthOf(question, "streams"))
      const app = await log.app({
        backend: reads.backend,
        reactors: [Cart],
        limits: { waitingAppends: ROOM, executionsAtOnce: 3 },
      })
      const executions = Array.from({ length: GIVEN }, (_, n) => app.execute(AddItem(`cart-${n}`, item("a"))))
      deepEqual(await outcomesOf(executions), { done: ROOM, refused: GIVEN - ROOM })
      ok(Math.max(...reads.counts) <= 3, `${Math.max(...reads.counts)} streams were read at a time`)
      equal((await app.stats()).messages, 2 * ROOM)
    })

    it("a worker claims fewer messages where they are large, and handles them all", async () => {
      const log = await openLog(backend)
      const claims = watched(await log.connect(), "claim", (_, answer) => lengthOf(answer, "messages"))
      const handled: number[] = []
      const app = await log.app({
        backend: claims.backend,
        limits: { sliceBytes: 20_000 },
        reactors: [handler("carry").on(Sack, ({ position }) => void handled.push(position))],
      })
      const text = "x".repeat(2_000)
      await app.appendNextToStream(
        "sacks-1",
        Array.from({ length: 90 }, () => Sack("sacks-1", { text })),
      )
      await app.drain()
      equal(handled.length, 90)
      // The first slice knows nothing of what comes.
      const [first = 0, ...others] = claims.counts.filter((count) => count > 0)
      equal(first, 64)
      ok(Math.max(...others) <= 20_000 / 2_000, `slices of ${others.join(", ")} messages were claimed`)
    })
  })
}
