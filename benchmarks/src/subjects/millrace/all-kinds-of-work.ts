import { setTimeout } from "node:timers/promises"

import {
  type Backend,
  createApp,
  type Reactor,
  retryOnError,
  silentLogger,
} from "../../../../packages/core/src/index.ts"
import { entryOf } from "../../harness/append-load.ts"
import { isEntry } from "../../harness/is-entry.ts"
import { type Faults, noFaults } from "../../harness/sample.ts"
import { ItemAdded, NoteSale } from "./shop.ts"

const GROUPS = 5
const STREAMS = 500
const ROUNDS = 20
/** Streams whose first message fails once for each group. */
const FAILING = 50
/** Up to which round the group that answers with much does so, and with how many messages each time. */
const CHATTY_ROUNDS = 2
const ANSWERS = 20
/** Later than at once, so that they become lanes. */
const RETRY_MS = 5

/** Large appends, groups that answer them with messages, lanes, reads, figures and a trim: the storage's whole day in some seconds. */
export async function allKindsOfWork(backend: Backend): Promise<{ operations: number; faults: Faults }> {
  const handled = new Map<string, number>()
  const groups = Array.from({ length: GROUPS }, (_, at) => group(`group-${at}`, handled))
  const app = await createApp({ backend, logger: silentLogger, reactors: [...groups, chatty] })
  try {
    const streams = Array.from({ length: STREAMS }, (_, at) => `cart-${at}`)
    const { maxBatch } = backend.capabilities
    for (let round = 1; round <= ROUNDS; round += 1)
      for (let from = 0; from < STREAMS; from += maxBatch)
        await app.appendToStreams(
          streams
            .slice(from, from + maxBatch)
            .map((streamId) => ({ streamId, messages: [ItemAdded(streamId, entryOf(streamId, round))] })),
        )
    while ((await app.stats()).groups.some(({ lag }) => lag > 0)) {
      await app.drain()
      await setTimeout(RETRY_MS)
    }
    let read = 0
    for await (const { position } of app.readLog()) read = Math.max(read, position)
    for (const streamId of streams) await app.readStream(streamId)
    await app.trim(Math.floor(read / 2))
    await app.trim(read)
    const messages = STREAMS * ROUNDS
    const lost = groups.reduce((sum, { name }) => sum + Math.max(0, messages - (handled.get(name) ?? 0)), 0)
    return { operations: messages * (GROUPS + 1), faults: { ...noFaults, lost } }
  } finally {
    await app.close()
    await backend.close()
  }
}

/** Answers with much: what one settle brings has to stay bounded all the same. */
const chatty: Reactor = {
  name: "chatty",
  handledMessages: [ItemAdded],
  startFrom: "beginning",
  handle({ payload, streamId }) {
    if (!isEntry(payload)) throw new TypeError("a message that is no entry")
    if (payload.number > CHATTY_ROUNDS) return undefined
    return {
      kind: "append-next",
      messages: Array.from({ length: ANSWERS }, (_, at) => NoteSale(`chatty-${at}-${streamId}`, payload)),
    }
  },
}

/** Answers each item with a command of its own, and fails at some streams' first messages. */
function group(name: string, handled: Map<string, number>): Reactor {
  const failed = new Set<string>()
  return {
    name,
    handledMessages: [ItemAdded],
    startFrom: "beginning",
    errorStrategy: retryOnError({ times: 3, afterMs: RETRY_MS }),
    handle(message) {
      if (!isEntry(message.payload)) throw new TypeError("a message that is no entry")
      if (Number(message.streamId.slice("cart-".length)) < FAILING && !failed.has(message.streamId)) {
        failed.add(message.streamId)
        throw new Error("the first try fails, as the bench asks")
      }
      handled.set(name, (handled.get(name) ?? 0) + 1)
      return { kind: "append-next", messages: [NoteSale(`${name}-${message.streamId}`, message.payload)] }
    },
  }
}
