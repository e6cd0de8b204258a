import type { GroupState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { SEGMENT, segmentOf } from "./segments.ts"

/** Segments looked through in one go; between two goes others get a turn. */
const SEGMENTS_AT_ONCE = 16

/**
 * Looks on along the log for some groups, as they are now, which go together: each stretch of it is read once for all of them. Ends at the head of the
 * log, or after `most` segments. Answers whether nothing is left to look at.
 */
export async function lookAhead(
  log: Log,
  groups: readonly GroupState[],
  most: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  for (const { thinned } of groups) log.thinnedTo(thinned)
  const { segments } = log
  const { head } = log.chain
  for (let count = 1; count <= most; count += 1) {
    const behind = groups.flatMap((group) => {
      const lookedTo = log.ahead(group.id).lookedTo(group)
      return lookedTo === undefined || lookedTo >= head ? [] : [{ group, lookedTo }]
    })
    if (behind.length === 0) return true
    const number = segmentOf(Math.min(...behind.map(({ lookedTo }) => lookedTo)) + 1)
    const entries = await segments.load(number, head)
    // The next stretch is on its way while this one's messages are handled.
    segments.readOn(number, head)
    const stretch = { begin: number * SEGMENT, end: Math.min((number + 1) * SEGMENT, head) }
    for (const { group, lookedTo } of behind)
      if (lookedTo < stretch.end) log.ahead(group.id).take(group, entries, stretch)
    if (count % SEGMENTS_AT_ONCE === 0) await turn()
  }
  return false
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
