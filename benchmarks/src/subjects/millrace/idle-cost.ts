import { setTimeout } from "node:timers/promises"

import { createApp, type Reactor } from "../../../../packages/core/src/index.ts"
import type { Sample } from "../../harness/sample.ts"
import { bulkFill } from "./bulk-fill.ts"
import { type BackendName, openBackend } from "./open-backend.ts"
import { quietLogger } from "./quiet-logger.ts"

const GROUPS = 50
const MESSAGES = 1_000_000
/** How often it is looked whether all is settled. */
const LOOK_MS = 500
/** How long nothing more may be settled before what is missing counts as lost. */
const PATIENCE_MS = 20_000
/** How long the process is left alone before counting, and how long each of the counts takes. */
const CALM_MS = 6_000
const COUNT_MS = 10_000
const COUNTS = 3

/**
 * Fills a log with a million messages of fifty types, lets fifty groups settle them, then leaves the process alone and counts the
 * statements it sends to the database in a second.
 */
export async function idleCost(backendName: BackendName, url: string): Promise<Sample> {
  let statements = 0
  const backend = await openBackend(backendName, url, { onStatement: () => (statements += 1) })
  await bulkFill(backend, { count: MESSAGES, typeOf })
  const handled = new Map<string, number>()
  const app = await createApp({
    backend,
    reactors: Array.from({ length: GROUPS }, (_, at) => group(at, handled)),
    logger: quietLogger,
  })
  try {
    await app.start()
    const total = () => [...handled.values()].reduce((sum, count) => sum + count, 0)
    for (let [before, movedAt] = [0, performance.now()]; total() < MESSAGES;) {
      if (total() !== before) [before, movedAt] = [total(), performance.now()]
      if (performance.now() - movedAt > PATIENCE_MS) break
      await setTimeout(LOOK_MS)
    }
    await setTimeout(CALM_MS)
    const rates: number[] = []
    for (let count = 0; count < COUNTS; count += 1) {
      const before = statements
      const began = performance.now()
      await setTimeout(COUNT_MS)
      rates.push(((statements - before) * 1_000) / (performance.now() - began))
    }
    return {
      value: Math.max(...rates),
      operations: MESSAGES,
      faults: { lost: Math.max(MESSAGES - total(), 0), doubled: Math.max(total() - MESSAGES, 0), outOfOrder: 0 },
      facts: { lowest: Math.min(...rates) },
    }
  } finally {
    await app.close()
    await backend.close()
  }
}

const typeOf = (at: number): string => `measured_${at % GROUPS}`

function group(at: number, handled: Map<string, number>): Reactor {
  const name = `group-${at}`
  return {
    name,
    handledMessages: [typeOf(at)],
    startFrom: "beginning",
    handleBatch(messages) {
      handled.set(name, (handled.get(name) ?? 0) + messages.length)
      return messages.map(() => undefined)
    },
  }
}
