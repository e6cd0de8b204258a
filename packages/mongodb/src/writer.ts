import { BackendError, type Verdict } from "@millrace/core/backend"

import type { CommitDocument } from "./commit-document.ts"
import { type CommitParts, commitEntries } from "./commit-entries.ts"
import type { Entry } from "./entry.ts"
import type { Outcome } from "./plan-commit.ts"

/** The most messages, and bytes of them, that one commit gathers. A single append may be larger. */
const MOST_MESSAGES = 1_000
const MOST_BYTES = 4 * 1024 * 1024

/** What became of an entry. `commit`: where it was written, when anything was. */
export interface Written {
  readonly outcome: Outcome
  readonly commit: CommitDocument | undefined
}

/** Writes to the chain: one commit at a time, which takes along all that waits. */
export interface Writer {
  write(entry: Entry, size: EntrySize): Promise<Written>
  /** Resolves when nothing is being written. */
  idle(): Promise<void>
}

export interface EntrySize {
  readonly messages: number
  readonly bytes: number
}

interface Waiting {
  readonly entry: Entry
  readonly size: EntrySize
  readonly done: (written: Written) => void
  readonly failed: (error: unknown) => void
}

export function openWriter(parts: CommitParts): Writer {
  const commit = commitEntries(parts)
  const queue: Waiting[] = []
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    // What is asked for in one turn of the event loop goes together.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = takeBatch(queue)
      try {
        const plan = await commit(batch.map(({ entry }) => entry))
        batch.forEach(({ done, failed }, index) => {
          const outcome = plan.outcomes[index]
          if (outcome === undefined) failed(new BackendError("corrupt", "an append has no verdict"))
          else done({ outcome, commit: plan.commit })
        })
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    running = undefined
  }

  return {
    write(entry, size) {
      return new Promise((done, failed) => {
        queue.push({ entry, size, done, failed })
        running ??= run()
      })
    },
    async idle() {
      while (running !== undefined) await running
    },
  }
}

function takeBatch(queue: Waiting[]): readonly Waiting[] {
  let count = 0
  let messages = 0
  let bytes = 0
  for (const { size } of queue) {
    messages += size.messages
    bytes += size.bytes
    if (count > 0 && (messages > MOST_MESSAGES || bytes > MOST_BYTES)) break
    count += 1
  }
  return queue.splice(0, count)
}

/** The verdicts of an entry that has no lease to lose. */
export function verdictsOf({ outcome }: Written): readonly (Verdict | undefined)[] {
  if (outcome.kind === "closed") throw new BackendError("corrupt", "an append without a lease met the end of one")
  return outcome.verdicts
}
