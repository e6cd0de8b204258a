import { join } from "node:path"

import { createApp, handler } from "../../../../../packages/core/src/index.ts"
import { entryOf } from "../../../harness/append-load.ts"
import type { Course } from "../../../harness/bench.ts"
import type { Sample } from "../../../harness/sample.ts"
import { openBackend } from "../open-backend.ts"
import { quietLogger } from "../quiet-logger.ts"
import { ItemAdded } from "../shop.ts"
import { type Listener, listeners } from "./listeners.ts"

const CALLERS = 64
const STREAMS = 500
/** Messages of one turn: short, so that all listeners see the same moment of the machine. */
const TURN = 2_000
const TURNS = 4
/** Rounds before those that count: code is compiled and caches fill. */
const WARM_UP = 1
const ROUNDS = 11

/** An app with a log of its own, to be put to work for a turn at a time. */
interface Watched {
  readonly name: string
  /** Appends and handles messages; answers how much processor time that took, in microseconds. */
  turn(): Promise<number>
  handled(): number
  close(): Promise<void>
}

/** The same work in one process, with each listener in turn, a few thousand messages at a time. */
export const beingWatched: Course = {
  names: listeners().map(({ name }) => name),
  async run({ folder }, emit) {
    const all = await Promise.all(listeners().map((listener, at) => open(listener, join(folder, `${at}.db`))))
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const micros = all.map(() => 0)
      for (let turn = 0; turn < TURNS; turn += 1) {
        for (const at of inTurn(all.length, turn)) micros[at] = (micros[at] ?? 0) + ((await all[at]?.turn()) ?? 0)
      }
      if (round < 0) continue
      for (const [at, watched] of all.entries()) emit(watched.name, sampleOf(watched, micros[at] ?? 0, round))
    }
    for (const watched of all) await watched.close()
  },
}

/** Who goes first changes from turn to turn. */
function inTurn(count: number, turn: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => (at + turn) % count)
}

function sampleOf(watched: Watched, micros: number, round: number): Sample {
  const operations = TURN * TURNS
  const missing = (round + 1 + WARM_UP) * operations - watched.handled()
  return {
    value: (operations * 1_000_000) / micros,
    operations,
    faults: { lost: Math.max(missing, 0), doubled: Math.max(-missing, 0), outOfOrder: 0 },
    facts: { microsPerMessage: micros / operations },
  }
}

async function open(listener: Listener, file: string): Promise<Watched> {
  const { name, instrumentation } = listener
  let handled = 0
  let appended = 0
  const counting = handler("counting").on(ItemAdded, () => {
    handled += 1
  })
  const backend = await openBackend("sqlite", file)
  const given = instrumentation === undefined ? {} : { instrumentation }
  const app = await createApp({ backend, logger: quietLogger, reactors: [counting], ...given })
  const append = async (upto: number): Promise<void> => {
    while (appended < upto) {
      const at = appended++
      const stream = `cart-${at % STREAMS}`
      await app.dispatch(ItemAdded(stream, entryOf(stream, Math.floor(at / STREAMS) + 1)))
    }
  }
  return {
    name,
    handled: () => handled,
    async turn() {
      const end = listener.listen()
      const before = process.cpuUsage()
      const upto = appended + TURN
      await Promise.all(Array.from({ length: CALLERS }, () => append(upto)))
      await app.drain()
      const { user, system } = process.cpuUsage(before)
      end()
      return user + system
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}
