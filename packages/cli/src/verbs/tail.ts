import type { StoredMessage } from "@millrace/core"

import { messageLine } from "../render/message-text.ts"
import { inSession, type Session } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

interface TailOptions extends StoreOptions {
  readonly follow?: true | undefined
  readonly lines: number
  readonly after?: number | undefined
  readonly type?: readonly string[] | true | undefined
  readonly stream?: string | undefined
  readonly correlation?: string | undefined
}

/** How long a follower waits when nothing wakes it. */
const LOOK_AGAIN_MS = 1_000

/** Prints the newest messages, one a line (with `--json` a JSON document a line), and with `--follow` those to come, until SIGINT or SIGTERM. */
export function tail({ follow, lines, after, type, stream, correlation, ...options }: TailOptions): Promise<void> {
  return inSession(options, async (session) => {
    const types = Array.isArray(type) ? type : undefined
    const wanted = (message: StoredMessage): boolean =>
      (stream === undefined || message.streamId === stream) &&
      (correlation === undefined || message.correlationId === correlation)
    const print = (message: StoredMessage): void =>
      session.out.line(session.out.json ? JSON.stringify(message) : messageLine(message))
    let seen = after
    const printOn = async (): Promise<void> => {
      seen ??= await printNewest(session, { types, lines, wanted, print })
      for await (const message of session.app.readLog({ after: seen, ...(types === undefined ? {} : { types }) })) {
        seen = message.position
        if (wanted(message)) print(message)
      }
    }
    await (follow === true ? followLog(session, printOn) : printOn())
  })
}

async function printNewest(
  { app }: Session,
  {
    types,
    lines,
    wanted,
    print,
  }: {
    readonly types: readonly string[] | undefined
    readonly lines: number
    readonly wanted: (message: StoredMessage) => boolean
    readonly print: (message: StoredMessage) => void
  },
): Promise<number> {
  const { head } = await app.stats()
  const newest: StoredMessage[] = []
  const backward = app.readLog({ upto: head, direction: "backward", ...(types === undefined ? {} : { types }) })
  for await (const message of backward) {
    if (wanted(message)) newest.push(message)
    if (newest.length >= lines) break
  }
  for (const message of newest.toReversed()) print(message)
  return head
}

/** Reads, and reads on at each wake-up of the store, and every now and then without one. A signal ends it whenever it comes. */
async function followLog({ backend }: Session, printOn: () => Promise<void>): Promise<void> {
  let ended = false
  let woken = Promise.withResolvers<void>()
  const wake = (): void => woken.resolve()
  const end = (): void => {
    ended = true
    wake()
  }
  process.once("SIGINT", end)
  process.once("SIGTERM", end)
  const listening = await backend.listen(wake)
  const lookAgain = setInterval(wake, LOOK_AGAIN_MS)
  try {
    while (!ended) {
      // Before the reading: what wakes during it is read by the next one.
      woken = Promise.withResolvers<void>()
      await printOn()
      if (!ended) await woken.promise
    }
  } finally {
    clearInterval(lookAgain)
    process.off("SIGINT", end)
    process.off("SIGTERM", end)
    await listening.close()
  }
}
