import { setTimeout } from "node:timers/promises"

import { type Backend, createApp, event, type Reactor } from "../../../../../packages/core/src/index.ts"
import type { Entry } from "../../../harness/append-load.ts"
import { isEntry } from "../../../harness/is-entry.ts"
import { sumFaults } from "../../../harness/record.ts"
import type { Sample } from "../../../harness/sample.ts"
import { entriesOf, type Handle, watchWork } from "../../../harness/work-load.ts"
import { entrySchema } from "../entry-schema.ts"
import { quietLogger } from "../quiet-logger.ts"

/** A backlog put at the end of a log as it is, and the new groups that handle it. */
export interface DrainLoad {
  readonly entries: number
  readonly groups: number
  readonly payload?: Readonly<Partial<Entry>>
  /** Names of groups are fixed for ever: each measurement needs its own. */
  readonly name: string
}

const KEYS = 1_000
const LOOK_MS = 2

/** Appends a backlog, then measures from the start of the workers until all groups have settled it. In messages handled, by all groups together. */
export async function measureDrain(backend: Backend, { entries, groups, payload, name }: DrainLoad): Promise<Sample> {
  const writer = await createApp({ backend, logger: quietLogger })
  const watches = Array.from({ length: groups }, () => watchWork({ entries, keys: KEYS, workMs: 0, failing: false }))
  const Item = itemOf(name)
  const all = entriesOf({ entries, keys: KEYS }).map((entry) => ({ ...entry, ...payload }))
  for (let at = 0; at < all.length; at += KEYS) {
    const part = all.slice(at, at + KEYS)
    await Promise.all(part.map((entry) => writer.appendNextToStream(entry.stream, [Item(entry.stream, entry)])))
  }
  const reactors = watches.map(({ handle }, at) => groupOf(`${name}-${at}`, name, handle))
  const worker = await createApp({ backend, logger: quietLogger, reactors })
  try {
    const began = performance.now()
    await worker.start()
    await Promise.all(watches.map((watch) => watch.ended()))
    const own = reactors.map((one) => one.name)
    for (;;) {
      const known = await writer.groups(own)
      if (known.every(({ lag }) => lag === 0)) break
      await setTimeout(LOOK_MS)
    }
    const seconds = (performance.now() - began) / 1_000
    const samples = watches.map((watch) => ({ value: 0, operations: watch.done(), faults: watch.faults(), facts: {} }))
    const operations = samples.reduce((sum, one) => sum + one.operations, 0)
    return { value: operations / seconds, operations, faults: sumFaults(samples), facts: {} }
  } finally {
    await worker.close()
    await writer.close()
  }
}

/** The items of one measurement: a type of their own, so that groups of earlier ones want nothing of them. */
export function itemOf(measurement: string) {
  return event(`items.${measurement.replaceAll(/[^a-z0-9]/g, "_")}`, entrySchema)
}

/** A group that wants the items of a measurement. */
export function groupOf(name: string, measurement: string, handle: Handle): Reactor {
  return {
    name,
    handledMessages: [itemOf(measurement)],
    startFrom: "beginning",
    handle({ payload }) {
      if (!isEntry(payload)) throw new TypeError("a message that is no entry")
      return handle(payload)
    },
  }
}
