import { BackendError } from "@millrace/core/backend"

/** How often a process that works looks whether the unique indexes are still there. */
const EVERY_MS = 60_000

/** Notices that somebody has dropped an index without which the log would take in anything. */
export interface IndexWatch {
  /** Called before every use of the log. Looks, beside it, when it is time. */
  tick(): void
}

/** `check` throws `not-migrated` where an index is missing, then `onMissing` is called. `now`: a clock of milliseconds. */
export function indexWatch(parts: {
  readonly now: () => number
  readonly check: () => Promise<void>
  readonly onMissing: () => void
}): IndexWatch {
  let lookedAt: number | undefined
  const look = async (): Promise<void> => {
    try {
      await parts.check()
    } catch (error) {
      // A server that is away for the moment says nothing about its indexes.
      if (error instanceof BackendError && error.code === "not-migrated") parts.onMissing()
    }
  }
  return {
    tick() {
      const now = parts.now()
      if (lookedAt !== undefined && now - lookedAt < EVERY_MS) return
      const isFirst = lookedAt === undefined
      lookedAt = now
      if (!isFirst) void look()
    },
  }
}
