import { fromSortable, type Wake } from "@millrace/core/backend"

import type { Database, Row } from "./database.ts"
import { int, text } from "./row.ts"
import { selectNews } from "./sql/select-news.ts"

/** How often to look: a challenged process has a second to answer. */
const LOOK_MS = 250

/** What was there at the last look. */
interface Seen {
  readonly head: number
  readonly schedule: number
  readonly challenged: ReadonlyMap<string, number>
}

/** Looks for what others have changed, for a backend that can not listen: messages, schedules and challenges. Other work is found by the runtime's poll. */
export function openPoll(
  database: Database,
  tellAll: (wakes: readonly Wake[]) => void,
): { readonly ready: Promise<void>; close(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let closed = false
  let seen: Seen | undefined
  const look = async (): Promise<void> => {
    const now = seenIn(await database.read.rows(selectNews))
    const before = seen
    seen = now
    if (before !== undefined && !closed) tellAll(changes(before, now))
  }
  const again = (): void => {
    if (closed) return
    timer = setTimeout(() => {
      // A look that fails is made up for by the next one.
      looking = look()
        .catch(() => {})
        .then(again)
    }, LOOK_MS)
    timer.unref()
  }
  return {
    ready: look().then(again),
    async close() {
      closed = true
      clearTimeout(timer)
      await looking
    },
  }
}

function seenIn(rows: readonly Row[]): Seen {
  const challenged = rows.flatMap(([, , name, count]) =>
    name === null || name === undefined ? [] : [[fromSortable(text(name)), int(count)] as const],
  )
  return { head: int(rows[0]?.[0]), schedule: int(rows[0]?.[1]), challenged: new Map(challenged) }
}

function changes(before: Seen, now: Seen): readonly Wake[] {
  const wakes: Wake[] = []
  if (now.head !== before.head) wakes.push({ kind: "messages", types: null })
  if (now.schedule !== before.schedule) wakes.push({ kind: "schedule" })
  for (const [processName, count] of now.challenged) {
    if (count > (before.challenged.get(processName) ?? 0)) wakes.push({ kind: "challenge", processName })
  }
  return wakes
}
