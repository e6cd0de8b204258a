import type { Log } from "../log.ts"

/** Forgets the idempotency keys of appends of which nothing is left, and of those without messages whose time was trimmed. */
export function dropKeys(log: Log): void {
  const { trimmedTo } = log.row
  for (const [key, { firstPosition, position, at }] of log.tables.keys)
    if (at <= trimmedTo || (position > 0 && !isLeft(log, firstPosition, position))) log.drop("keys", key)
}

function isLeft(log: Log, first: number, last: number): boolean {
  for (let at = first; at <= last; at += 1) if (log.tables.messages.has(at)) return true
  return false
}
