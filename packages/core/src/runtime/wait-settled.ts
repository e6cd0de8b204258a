import type { Backend } from "../backend/backend.ts"
import type { MessageId, Position } from "../message/ids.ts"
import type { Clock } from "./clock.ts"
import { WaitedTooLong } from "./errors.ts"
import type { SettleWatch } from "./settle-watch.ts"

/** How often to look, besides after each settle of this process. */
const LOOK_MS = 50
const PAGE = 1_000

/**
 * Resolves when every group has settled what the conversation `correlationId` holds from `from` on, what follows from it included.
 * It watches the conversation's own messages, not a position of the log. Throws `WaitedTooLong`.
 */
export async function waitSettled(
  backend: Backend,
  { correlationId, from }: { readonly correlationId: MessageId; readonly from: Position },
  { timeoutMs, clock, settles }: { readonly timeoutMs: number; readonly clock: Clock; readonly settles: SettleWatch },
): Promise<void> {
  const deadline = clock.now() + timeoutMs
  for (let settledTo = from - 1; ;) {
    const before = settles.count()
    const page = await backend.read({ from: "correlation", correlationId, after: settledTo, limit: PAGE })
    let waits = false
    for (const message of page.messages) {
      const progress = await backend.operator.progress(message.streamId, message.position)
      waits = progress.some((group) => !group.settled)
      if (waits) break
      settledTo = message.position
    }
    if (!waits && page.messages.length === 0) return
    if (!waits) continue
    if (clock.now() >= deadline) throw new WaitedTooLong(`settling what ${correlationId} set off`, timeoutMs)
    await settles.after(before, LOOK_MS)
  }
}
