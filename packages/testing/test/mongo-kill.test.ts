import { deepEqual, equal, ok } from "node:assert/strict"

import { type App, createApp, handler, silentLogger } from "@millrace/core"
import { describe, it } from "vitest"

import { startMongo } from "../src/servers/start-mongo.ts"
import type { TestMongo } from "../src/servers/test-mongo.ts"
import { killStorage } from "./mongo-wire/kill-storage.ts"
import { auditedLog, type RawMessage } from "./mongo-wire/raw-log.ts"
import { running } from "./running.ts"
import { ItemAdded, OrderPlaced } from "./shop.ts"

const WRITERS = 4
const WORKERS = 2
const CARTS_PER_WRITER = 3
/** Appends confirmed before the kill, and again after it. */
const CONFIRMED = 200
const LEASE_MS = 2_000
const PATIENCE_MS = 90_000

const hasProgram = (process.env["MILLRACE_MONGODB_SERVER"] ?? "") !== ""

const kills: readonly { readonly what: string; readonly kill: (server: TestMongo) => Promise<void> }[] = [
  { what: "the PostgreSQL below it", kill: killStorage },
  { what: "the server", kill: (server) => server.kill() },
]

/** Answers each item with a copy elsewhere. */
const copier = handler("copier").on(ItemAdded, (item) => [
  OrderPlaced(`copy-${item.streamId}`).withMetadata({ of: item.payload.productId }),
])

/** Appends one item after another until told to end, and notes those that were confirmed. */
async function write(
  app: Pick<App, "appendNextToStream">,
  writer: number,
  confirmed: string[],
  isOver: () => boolean,
): Promise<void> {
  for (let turn = 0; !isOver(); turn += 1) {
    const productId = `${writer}.${turn}`
    const cart = `cart-${writer}-${turn % CARTS_PER_WRITER}`
    try {
      await app.appendNextToStream(cart, [ItemAdded(cart, { productId, quantity: 1 })])
      confirmed.push(productId)
    } catch {
      // Not confirmed: it may be there or not, but not twice.
    }
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => void setTimeout(resolve, 20))
}

const productOf = ({ payload }: RawMessage): string => {
  const value: unknown = JSON.parse(payload)
  return typeof value === "object" && value !== null && "productId" in value ? String(value.productId) : "?"
}

const originalOf = ({ metadata }: RawMessage): string => {
  const value: unknown = JSON.parse(metadata)
  return typeof value === "object" && value !== null && "of" in value ? String(value.of) : "?"
}

describe.runIf(hasProgram)("on mongodb", () => {
  it.each(kills)(
    `kill -9 of $what under ${WRITERS} writers and ${WORKERS} workers loses nothing confirmed, leaves no gap and does nothing twice [lesson 29 lesson 35 lesson 45 lesson 46]`,
    { timeout: PATIENCE_MS },
    async ({ kill }) => {
      const server = await startMongo({ restartable: true })
      const url = server.urlOf("killed")
      const opened: Pick<App, "close">[] = []
      const open = async <const Rs extends readonly (typeof copier)[]>(reactors: Rs) => {
        const app = await createApp({
          backend: url,
          reactors,
          logger: silentLogger,
          limits: { leaseMs: LEASE_MS },
        })
        opened.push(app)
        return app
      }
      try {
        const confirmed: string[] = []
        let isOver = false
        for (let worker = 0; worker < WORKERS; worker += 1)
          running(await open([copier]), { processName: `worker-${worker}`, concurrency: 2 })
        const writers = await Promise.all(Array.from({ length: WRITERS }, () => open([])))
        const writing = Promise.all(writers.map((app, writer) => write(app, writer, confirmed, () => isOver)))
        await until(() => confirmed.length >= CONFIRMED)
        await kill(server)
        const before = confirmed.length
        await server.restart()
        await until(() => confirmed.length >= before + CONFIRMED)
        isOver = true
        await writing
        const [watcher] = writers
        await until(
          async () => (await watcher?.groups())?.every(({ lag, status }) => lag === 0 && status === "active") ?? false,
        )
        checkLog(await auditedLog(url), confirmed)
      } finally {
        await Promise.all(opened.map((app) => app.close()))
        await server.stop()
      }
    },
  )
})

function checkLog(log: readonly RawMessage[], confirmed: readonly string[]): void {
  const items = log.filter(({ type }) => type === ItemAdded.type)
  const products = items.map(productOf)
  equal(new Set(products).size, products.length, "an item is there twice")
  const there = new Set(products)
  deepEqual(
    confirmed.filter((product) => !there.has(product)),
    [],
    "confirmed and lost",
  )
  const carts = new Set(items.map(({ stream }) => stream))
  ok(carts.size > 0)
  for (const cart of carts) {
    const copies = log.filter(({ stream }) => stream === `copy-${cart}`)
    deepEqual(copies.map(originalOf), items.filter(({ stream }) => stream === cart).map(productOf), `copies of ${cart}`)
  }
}
