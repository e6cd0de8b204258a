import type { AnyApp, Backend, Position, StoredMessage } from "@millrace/core"

/** How long a follower waits when nothing wakes it. Wake-ups are hints: one may be lost. */
const LOOK_AGAIN_MS = 1_000

/**
 * The log's messages of some types above a position, as they come, until `signal` is aborted. Positions rise in commit order: whoever has seen one has seen
 * everything below it, so a position is all that a reader has to remember.
 */
export async function* followLog(
  { app, backend }: { readonly app: Pick<AnyApp, "readLog">; readonly backend: Pick<Backend<never>, "listen"> },
  {
    after,
    types,
    signal,
  }: { readonly after: Position; readonly types: readonly { readonly type: string }[]; readonly signal: AbortSignal },
): AsyncGenerator<StoredMessage> {
  let woken = Promise.withResolvers<void>()
  const wake = (): void => woken.resolve()
  const listening = await backend.listen(wake)
  const lookAgain = setInterval(wake, LOOK_AGAIN_MS)
  signal.addEventListener("abort", wake)
  let seen = after
  try {
    while (!signal.aborted) {
      // Before the reading: what wakes during it is read by the next one.
      woken = Promise.withResolvers()
      for await (const message of app.readLog({ after: seen, types })) {
        if (signal.aborted) return
        yield message
        seen = message.position
      }
      if (!signal.aborted) await woken.promise
    }
  } finally {
    signal.removeEventListener("abort", wake)
    clearInterval(lookAgain)
    await listening.close()
  }
}
