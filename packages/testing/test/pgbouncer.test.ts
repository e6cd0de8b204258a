import { deepEqual, equal, match, rejects } from "node:assert/strict"
import { setTimeout } from "node:timers/promises"

import { type AppOptions, createApp, type Reactors, silentLogger } from "@millrace/core"
import { open } from "@millrace/postgres"
import { describe, it, onTestFinished } from "vitest"

import { allRules } from "../src/conformance/all-rules.ts"
import { backendConformance } from "../src/conformance/index.ts"
import { postgresHarness } from "./conformance/postgres-harness.ts"
import { lacksPgBouncer } from "./pgbouncer/lacks-pgbouncer.ts"
import { poolerForTests } from "./pgbouncer/pooler-for-tests.ts"
import { startPgBouncer } from "./pgbouncer/start-pgbouncer.ts"
import { recorder } from "./recorder.ts"
import { AddItem, Cart, ItemAdded } from "./shop.ts"

const added = (streamId: string, quantity: number) => ItemAdded(streamId, { productId: "p", quantity })
const POOLED = "listen=false&prepare=false"
/** Far beyond any test: nothing is found by the runtime's own poll. */
const NO_POLL = { pollMs: 600_000 }

/** What a pooler could break: transactions, locks, what belongs to a session, and what is remembered of a connection. */
const SUBJECTS =
  /^(?:migrate, close and capabilities|opened anew|append.*|documents|claim|leases|settle.*|order: log|schedules|processes)$/

describe.skipIf(lacksPgBouncer())("on postgres", () => {
  const pooler = poolerForTests()
  backendConformance(
    { describe, it },
    postgresHarness(pooler, { listen: false, prepare: false }, "postgres behind PgBouncer in transaction mode"),
    allRules.filter(({ subject }) => SUBJECTS.test(subject)),
  )
  let logs = 0

  /** A URL of a log of its own. */
  function newLog(options = POOLED): string {
    logs += 1
    return `${pooler().url}?schema=pooled_${logs}&${options}`
  }

  async function app<const Rs extends Reactors>(url: string, reactors: Rs, options: Omit<AppOptions, "backend"> = {}) {
    const made = await createApp({ backend: url, reactors, logger: silentLogger, ...options })
    onTestFinished(() => made.close())
    return made
  }

  it("apps behind PgBouncer share the work: every command is decided once, and others hear of it by looking", async () => {
    const url = newLog()
    const seen = recorder("seen", [ItemAdded])
    const writer = await app(url, [])
    const workers = await Promise.all(
      ["one", "two"].map((processName) => app(url, [Cart, seen], { processName, limits: NO_POLL })),
    )
    await Promise.all(workers.map((worker) => worker.start({ concurrency: 4 })))
    const products = Array.from({ length: 20 }, (_, at) => `p-${at}`)
    for (const productId of products) {
      await Promise.all(
        ["cart-1", "cart-2", "cart-3"].map((cart) => writer.dispatch(AddItem(cart, { productId, quantity: 1 }))),
      )
    }
    await seen.reached(60)
    for (const cart of ["cart-1", "cart-2", "cart-3"]) {
      const items = await writer.readStream(cart)
      deepEqual(
        items.map(({ payload }) => payload),
        products.map((productId) => ({ productId, quantity: 1 })),
      )
      deepEqual(
        seen.log().filter((one) => one.startsWith(`${cart}:`)),
        items.map(({ version }) => `${cart}:${version}`),
      )
    }
  })

  it("a schedule that becomes due behind PgBouncer is delivered", async () => {
    const url = newLog()
    const seen = recorder("seen", [ItemAdded])
    const worker = await app(url, [seen], { limits: NO_POLL })
    await worker.start()
    const writer = await app(url, [])
    await writer.scheduleMessages([added("cart-1", 1)], { at: new Date(Date.now() + 300) })
    await seen.reached(1)
    deepEqual(seen.log(), ["cart-1:1"])
  })

  it("a process whose name another one answers for is refused behind PgBouncer too: it finds the challenge by looking", async () => {
    const url = newLog()
    const seen = recorder("seen", [ItemAdded])
    const first = await app(url, [seen])
    await first.start({ processName: "worker-1" })
    const second = await app(url, [seen])
    await rejects(second.run({ processName: "worker-1" }), /worker-1 is in use/)
    await first.dispatch(added("cart-1", 1))
    await seen.reached(1)
    equal(seen.seen.length, 1)
  })

  it("named statements that a pooler lost are answered with what to do", async () => {
    // Many clients on few connections: their statements meet those of others, or find none.
    const url = newLog("listen=false")
    const pooled = Array.from({ length: 12 }, () => open(url, { maxConnections: 2 }))
    onTestFinished(async () => {
      for (const backend of pooled) await backend.close()
    })
    const errors: string[] = []
    const read = async (backend: (typeof pooled)[number]): Promise<void> => {
      try {
        await backend.read({ from: "log", limit: 1 })
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error))
      }
    }
    const first = open(url, { prepare: false, maxConnections: 1 })
    await first.migrate()
    await first.close()
    while (errors.length === 0) {
      await Promise.all(pooled.map(read))
      await setTimeout(1)
    }
    for (const message of errors) match(message, /add \?prepare=false to the URL/)
  })
})

describe("without PgBouncer", () => {
  it("startPgBouncer says what to install", async () => {
    await rejects(
      startPgBouncer("postgres://127.0.0.1:1/postgres", () => undefined),
      /apt-get install pgbouncer/,
    )
  })
})
