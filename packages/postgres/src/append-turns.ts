import { randomUUID } from "node:crypto"

import { BackendError } from "@millrace/core/backend"

/** A call of `append`, as those made after it see it. */
export interface Turn {
  /** Stands for it on the line, in the server's memory of that connection. */
  readonly mark: string
  /** Whether its statement was sent on the line, where others may follow it. */
  sent: boolean
  /** Tells this object's listeners of what it has stored, where others were told behind its statement. */
  told?: () => void
  /** Resolves when it and all before it have ended: whether it has its verdicts. */
  readonly ended: Promise<boolean>
}

/** The order in which appends of one backend object land. */
export interface Turns {
  /** Runs a call of `append`; `before`: the last one made before it, unless that has ended. */
  take<T>(work: (own: Turn, before: Turn | undefined) => Promise<T>): Promise<T>
}

export function takeTurns(): Turns {
  const origin = randomUUID()
  let count = 0
  let last: Turn | undefined
  return {
    async take(work) {
      const before = last
      const { promise, resolve } = Promise.withResolvers<boolean>()
      count += 1
      const own: Turn = { mark: `${origin}-${count}`, sent: false, ended: promise }
      last = own
      let answered = false
      try {
        const result = await work(own, before)
        answered = true
        return result
      } finally {
        await before?.ended
        if (last === own) last = undefined
        resolve(answered)
      }
    },
  }
}

/** Waits until all before a call have ended. Throws `unavailable` where one of them has no verdicts: it is to be repeated first. */
export async function behind(before: Turn | undefined, where: string): Promise<void> {
  if (before === undefined || (await before.ended)) return
  throw new BackendError(
    "unavailable",
    `${where}: an append that was made before this one failed, so nothing of this one was written: repeat them in order`,
  )
}
