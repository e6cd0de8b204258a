import { deepEqual, equal, ok } from "node:assert/strict"

import { type App, createApp, handler, silentLogger } from "@millrace/core"

import { running } from "../running.ts"
import { ItemAdded, OrderPlaced } from "../shop.ts"
import { auditedLog, type RawMessage } from "./raw-log.ts"

const CARTS_PER_WRITER = 3
const LEASE_MS = 2_000
const LOOK_MS = 20

/** Who works while something goes wrong, and by which URLs. */
export interface UnderFire {
  /** The log, by a wire that does not fail. */
  readonly url: string
  /** The log as writers and workers reach it. */
  readonly wire: string
  readonly writers: number
  readonly workers: number
  /** Appends confirmed before the trouble begins, and again after it. */
  readonly confirmed: number
  readonly trouble: () => Promise<void>
}

/** Answers each item with a copy elsewhere. */
const copier = handler("copier").on(ItemAdded, (item) => [
  OrderPlaced(`copy-${item.streamId}`).withMetadata({ of: item.payload.productId }),
])

/**
 * Writers append and workers answer each item, before, during and after the trouble. When all has settled, the raw log holds every item that was
 * confirmed, none twice, and each one's answer once and in order.
 */
export async function underFire({ url, wire, writers, workers, confirmed: enough, trouble }: UnderFire): Promise<void> {
  const opened: Pick<App, "close">[] = []
  const open = async (withCopier: boolean) => {
    const options = { backend: wire, logger: silentLogger, limits: { leaseMs: LEASE_MS } }
    const app = await createApp({ ...options, reactors: withCopier ? [copier] : [] })
    opened.push(app)
    return app
  }
  try {
    const confirmed: string[] = []
    let isOver = false
    for (let worker = 0; worker < workers; worker += 1)
      running(await open(true), { processName: `worker-${worker}`, concurrency: 2 })
    const apps = await Promise.all(Array.from({ length: writers }, () => open(false)))
    const writing = Promise.all(apps.map((app, writer) => write(app, writer, confirmed, () => isOver)))
    await until(() => confirmed.length >= enough)
    await trouble()
    const before = confirmed.length
    await until(() => confirmed.length >= before + enough)
    isOver = true
    await writing
    await until(async () => {
      const groups = (await apps[0]?.groups()) ?? []
      return groups.length > 0 && groups.every(({ lag, status }) => lag === 0 && status === "active")
    })
    checkLog(await auditedLog(url), confirmed)
  } finally {
    await Promise.all(opened.map((app) => app.close()))
  }
}

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
  while (!(await holds())) await new Promise((resolve) => void setTimeout(resolve, LOOK_MS))
}

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
    const originals = items.filter(({ stream }) => stream === cart)
    deepEqual(copies.map(originalOf), originals.map(productOf), `copies of ${cart}`)
  }
}

function productOf({ payload }: RawMessage): string {
  const value: unknown = JSON.parse(payload)
  return typeof value === "object" && value !== null && "productId" in value ? String(value.productId) : "?"
}

function originalOf({ metadata }: RawMessage): string {
  const value: unknown = JSON.parse(metadata)
  return typeof value === "object" && value !== null && "of" in value ? String(value.of) : "?"
}
