import type { BackendError } from "../errors.ts"

/** The way into a log: it is looked at before the first call, no call gets past `close`, and what calls throw is said in the contract's words. */
export interface LogDoor {
  /** Runs a call on the log. */
  readonly use: <T>(work: () => Promise<T>) => Promise<T>
  /** Runs a call that may find no log: `migrate`. */
  readonly useUnseen: <T>(work: () => Promise<T>) => Promise<T>
  /** The next call looks at the log again. */
  readonly forget: () => void
  /** Closes, once: `end` is not run again. */
  readonly close: (end: () => Promise<void>) => Promise<void>
}

/** `look`: throws where the log can not be used as it is. `closed`: what calls after `close` throw. `inOurWords`: what the storage threw, as the contract says it. */
export function openDoor({
  look,
  closed,
  inOurWords,
}: {
  readonly look: () => Promise<void>
  readonly closed: () => BackendError
  readonly inOurWords: (error: unknown) => Error
}): LogDoor {
  let closing: Promise<void> | undefined
  let looked: Promise<void> | undefined
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw inOurWords(error)
    }
  }
  return {
    async use(work) {
      if (closing !== undefined) throw closed()
      looked ??= look()
      try {
        await looked
      } catch (error) {
        looked = undefined
        throw closing === undefined ? inOurWords(error) : closed()
      }
      return run(work)
    },
    async useUnseen(work) {
      if (closing !== undefined) throw closed()
      return run(work)
    },
    forget() {
      looked = undefined
    },
    close(end) {
      closing ??= end()
      return closing
    },
  }
}
