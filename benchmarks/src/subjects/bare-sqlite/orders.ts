import type { Entry } from "../../harness/append-load.ts"
import { type CartNumber, ledgerOf, type OrderTarget } from "../../harness/order-load.ts"
import { type BareLog, openLog } from "./open-log.ts"

/** How Millrace works at its defaults: slices at a time, and the most messages of one. */
const SLICES_AT_ONCE = 8
const SLICE_MAX = 1_000

/** A message that waits to be handled, with what the handler needs of it. */
interface Waiting {
  readonly kind: "command" | "event"
  readonly entry: Entry
  readonly id: string
  /** The id of the order that began the conversation. */
  readonly order: string
}

interface Slice {
  readonly partition: number
  readonly messages: readonly Waiting[]
}

/**
 * The rows of every step, and one transaction for all that waits at a turn of the event loop: the orders just placed, what came of the
 * slices leased before, and the leases of the next slices. What is to be handled is kept in memory: nothing is ever read.
 */
export function bareOrders(file: string): OrderTarget {
  const log = openLog(file)
  const work = workTables(log)
  const queues = new Map<number, Waiting[]>()
  let orders: { readonly entry: Entry; readonly resolve: () => void }[] = []
  let slices: readonly Slice[] = []
  let reactions = 0
  let scheduled = false
  let onReaction = (): void => {}

  const queue = (waiting: Waiting, partition: number): void => {
    const queued = queues.get(partition)
    if (queued === undefined) queues.set(partition, [waiting])
    else queued.push(waiting)
  }
  const handle = ({ kind, entry, id, order }: Waiting, partition: number): void => {
    const cause = { payload: entry, causation: id, correlation: order }
    if (kind === "command") {
      const made = log.insert({ kind: "event", type: "item-added", stream: entry.stream, ...cause })
      queue({ kind: "event", entry, id: made.id, order }, partition)
    } else {
      log.insert({ kind: "command", type: "note-sale", stream: ledgerOf(entry), ...cause })
      reactions += 1
    }
  }
  const turn = (): void => {
    scheduled = false
    const placed = orders
    const settling = slices
    orders = []
    log.commit(() => {
      for (const { entry } of placed) {
        const { id, partition } = log.insert({
          kind: "command",
          type: "add-item",
          stream: entry.stream,
          payload: entry,
        })
        queue({ kind: "command", entry, id, order: id }, partition)
      }
      for (const slice of settling) {
        for (const waiting of slice.messages) handle(waiting, slice.partition)
        work.settle(slice, log.head)
      }
      slices = nextSlices(queues)
      for (const { partition } of slices) work.lease(partition)
      log.moveHead()
    })
    for (const { resolve } of placed) resolve()
    onReaction()
    if (slices.length > 0) schedule()
  }
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(turn)
  }

  return {
    order: (entry) =>
      new Promise<void>((resolve) => {
        orders.push({ entry, resolve })
        schedule()
      }),
    reacted: (count) =>
      new Promise((resolve) => {
        onReaction = () => {
          if (reactions >= count) resolve()
        }
        onReaction()
      }),
    stored: () => ({ events: storedOf(log, "item-added"), reactions: storedOf(log, "note-sale") }),
    close: () => log.database.close(),
  }
}

function nextSlices(queues: Map<number, Waiting[]>): readonly Slice[] {
  const slices: Slice[] = []
  for (const [partition, queued] of queues) {
    if (slices.length === SLICES_AT_ONCE) break
    queues.delete(partition)
    slices.push({ partition, messages: queued.slice(0, SLICE_MAX) })
    if (queued.length > SLICE_MAX) queues.set(partition, queued.slice(SLICE_MAX))
  }
  return slices
}

/** The rows of a group's progress: its partitions, and the settles remembered. */
function workTables({ database }: BareLog) {
  const addPartition = database.prepare(
    "INSERT INTO millrace_partitions VALUES (1, ?, 0, 0, 0, 0, NULL, NULL, 0, 0, 0, NULL, 0, 0)",
  )
  for (let partition = 0; partition < 32; partition += 1) addPartition.run(partition)
  const lease = database.prepare(
    "UPDATE millrace_partitions SET token = ?, lease_until = ?, owner = 'twin', boot = ? WHERE grp = 1 AND partition = ?",
  )
  const settle = database.prepare(
    "UPDATE millrace_partitions SET checkpoint = ?, lease_until = 0, settles = ? WHERE grp = 1 AND partition = ?",
  )
  const remember = database.prepare("INSERT OR REPLACE INTO millrace_settled VALUES (1, ?, ?, ?, ?)")
  const boot = crypto.randomUUID()
  let token = 0
  let settles = 0
  return {
    lease(partition: number): void {
      token += 1
      lease.run(token, Date.now() + 30_000, boot, partition)
    },
    settle({ partition, messages }: Slice, checkpoint: number): void {
      settles += 1
      settle.run(checkpoint, settles, partition)
      const carts = new Set(messages.map(({ entry }) => entry.stream))
      const parts = [...carts].map((streamId) => ({
        kind: "stored",
        position: checkpoint,
        streams: [{ streamId, version: settles }],
      }))
      remember.run(partition, settles % 32, String(token), JSON.stringify({ kind: "settled", parts, lanes: [] }))
    },
  }
}

function storedOf({ database }: BareLog, type: string): CartNumber[] {
  return database
    .prepare(
      `SELECT payload ->> 'stream' AS stream, payload ->> 'number' AS number FROM millrace_messages
       WHERE type = (SELECT id FROM millrace_types WHERE name = ?) ORDER BY position`,
    )
    .all(type)
    .map((row) => ({ stream: String(row["stream"]), number: Number(row["number"]) }))
}
