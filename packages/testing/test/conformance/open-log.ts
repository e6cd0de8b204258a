import type { Backend } from "@millrace/core"

import type { OpenLog, OpenOptions } from "../../src/conformance/index.ts"
import type { TestClock } from "../../src/test-clock.ts"
import { steeredClock } from "./steered-clock.ts"

/** How a storage opens a log of a rule, and what it does with it afterwards. */
interface Storage {
  readonly open: (clock: TestClock) => Backend
  readonly dispose: (closeAll: () => Promise<void>, reopen: () => Promise<Backend>) => Promise<void>
}

/** A log of a rule on a test clock, opened as often as the rule wants. */
export async function openLog({ migrated }: Pick<OpenOptions, "migrated">, storage: Storage): Promise<OpenLog> {
  const { clock, setBack } = steeredClock()
  const opened: Backend[] = []
  const reopen = async (): Promise<Backend> => {
    const backend = storage.open(clock)
    opened.push(backend)
    return backend
  }
  const closeAll = async (): Promise<void> => {
    for (const one of opened) await one.close()
  }
  const backend = await reopen()
  if (migrated) await backend.migrate()
  return {
    backend,
    reopen,
    advance: (ms) => clock.advance(ms),
    setBack,
    dispose: () => storage.dispose(closeAll, reopen),
  }
}

/** Removes a log from its storage, whatever became of it. `name`: what `uninstall` wants to hear. */
export function uninstalling(name: string): Storage["dispose"] {
  return async (closeAll, reopen) => {
    const last = await reopen()
    await last.migrate()
    await last.operator.uninstall(name)
    await closeAll()
  }
}
