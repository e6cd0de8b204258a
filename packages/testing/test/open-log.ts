import {
  type App,
  type AppOptions,
  type Backend,
  createApp,
  type Reactors,
  type ReactorsIn,
  silentLogger,
  systemClock,
} from "@millrace/core"
import { onTestFinished } from "vitest"

import { type TestClock, testClock } from "../src/test-clock.ts"
import type { TestedBackend } from "./backends.ts"
import { interceptBackend } from "./intercept-backend.ts"

/** A log for one test, removed with everything opened on it when the test has finished. */
export interface TestLog {
  readonly clock: TestClock
  readonly url: string | undefined
  /** A backend on the log, closed at the end. */
  connect(): Promise<Backend>
  /** A backend on another log in the same storage, closed at the end. */
  connectOther(name: string): Promise<Backend>
  /** A row of the user's own table, as it is stored. */
  row(key: string): Promise<number | undefined>
  /** Ends the storage's server and starts it again, where it has one of ours. */
  readonly restart: (() => Promise<void>) | undefined
  /** An app on the log, by default with a backend of its own (on memory: the one there is): another process, as far as the log can tell. */
  app<const Rs extends Reactors = readonly []>(options?: TestAppOptions<Rs>): Promise<App<ReactorsIn<Rs>>>
}

export interface TestAppOptions<Rs extends Reactors> extends Omit<AppOptions, "backend"> {
  readonly reactors?: Rs
  readonly backend?: Backend
  /** The app plays a process that dies: it is not closed at the end. */
  readonly unclosed?: boolean
}

/**
 * Opens a log whose storage and apps tell the test clock; with `real: true` the machine's, for tests of running workers. `durable: true`: its server may be
 * restarted.
 */
export async function openLog(
  tested: TestedBackend,
  { real = false, durable = false }: { readonly real?: boolean; readonly durable?: boolean } = {},
): Promise<TestLog> {
  let calls = 0
  const clock = testClock(undefined, { busy: () => calls > 0 })
  const counted = (backend: Backend): Backend =>
    interceptBackend(backend, async ({ run }) => {
      calls += 1
      try {
        return await run()
      } finally {
        calls -= 1
      }
    })
  const time = real ? undefined : clock
  const log = await (durable && tested.openDurable !== undefined ? tested.openDurable(time) : tested.open(time))
  const closing: (() => Promise<void>)[] = []
  onTestFinished(async () => {
    for (const close of closing.toReversed()) await close()
    await log.remove()
  })
  const opened = async (backend: Backend): Promise<Backend> => {
    closing.push(() => backend.close())
    await backend.migrate()
    return counted(backend)
  }
  const connect = (): Promise<Backend> => opened(log.connect())
  return {
    clock,
    url: log.url,
    connect,
    connectOther: (name) => opened(log.connectOther(name)),
    row: async (key) => log.row(key),
    restart: log.restart,
    async app({ unclosed = false, ...options } = {}) {
      const backend = options.backend ?? (await connect())
      const app = await createApp({ clock: real ? systemClock : clock, logger: silentLogger, ...options, backend })
      if (!unclosed) closing.push(() => app.close())
      return app
    },
  }
}
