import type { Backend, Capabilities } from "@millrace/core/backend"

import type { Harness, Need } from "./harness.ts"

/** The log of one rule. */
export interface TestLog {
  readonly backend: Backend
  readonly capabilities: Capabilities
  /** A further backend object on the same log. */
  readonly reopen: () => Promise<Backend>
  /** Lets time pass on the storage's clock. */
  readonly advance: (ms: number) => Promise<void>
  /** Sets the storage's clock back: for rules that need a clock. */
  readonly setBack: (ms: number) => Promise<void>
  /** Whether the harness says that there is none of it. */
  readonly lacks: (need: Need) => boolean
}

/** Opens a log for one rule, runs it there and puts the log away, whatever happened. */
export async function withTestLog(
  harness: Harness,
  { partitions, migrated }: { readonly partitions: number; readonly migrated: boolean },
  run: (log: TestLog) => Promise<void>,
): Promise<void> {
  const open = await harness.open({ partitions, migrated })
  try {
    await run({
      backend: open.backend,
      capabilities: open.backend.capabilities,
      reopen: () => open.reopen(),
      advance: (ms) => open.advance(ms),
      async setBack(ms) {
        if (open.setBack === undefined)
          throw new Error(
            'the harness gives no setBack: add it, or name "clock" in its lacks if nothing can set the clock back',
          )
        await open.setBack(ms)
      },
      lacks: (need) => harness.lacks?.includes(need) ?? false,
    })
  } finally {
    await open.dispose()
  }
}
