import { createApp, handler, type Instrumentation } from "../../../../../packages/core/src/index.ts"
import { sqliteBackend } from "../../../../../packages/sqlite/src/index.ts"
import { entryOf } from "../../../harness/append-load.ts"
import { quietLogger } from "../quiet-logger.ts"
import { ItemAdded } from "../shop.ts"

const CALLERS = 64
const STREAMS = 500

/** An app with a log of its own, to be put to work for a turn at a time. */
export interface WatchedApp {
  /** Appends so many messages and handles them; answers how much processor time that took, in microseconds. */
  turn(messages: number): Promise<number>
  /** Messages handled since it was opened. */
  handled(): number
  close(): Promise<void>
}

/** Opens an app on a SQLite file; `instrumentation` is what `createApp` is given. */
export async function openWatchedApp(file: string, instrumentation?: Instrumentation): Promise<WatchedApp> {
  let handled = 0
  let appended = 0
  const counting = handler("counting").on(ItemAdded, () => {
    handled += 1
  })
  // Nothing here waits for the disk: only processor time counts, and a wait for the disk has none.
  const backend = sqliteBackend(file, { synchronous: "NORMAL" })
  await backend.migrate()
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
    handled: () => handled,
    async turn(messages) {
      const before = process.cpuUsage()
      const upto = appended + messages
      await Promise.all(Array.from({ length: CALLERS }, () => append(upto)))
      await app.drain()
      const { user, system } = process.cpuUsage(before)
      return user + system
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}
