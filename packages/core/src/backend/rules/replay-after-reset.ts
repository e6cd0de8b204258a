import type { Position } from "../../message/ids.ts"
import type { ReplayState } from "./replay-state.ts"

/**
 * The replay state after a reset of something (partition, replay row, lane) that had got to `gotTo`. A limit never falls. Ranges being
 * delivered have been handled up to `gotTo`; those of a type that is not delivered there (unwanted, or wanted only above the range) stay.
 * `sinceOf`: above which position the group delivers a type; `undefined` where it does not want it.
 */
export function replayAfterReset(
  state: ReplayState,
  gotTo: Position,
  sinceOf: (type: string) => Position | undefined,
): ReplayState {
  const unhandled = state.unhandled.flatMap((range) => {
    const since = range.type === null ? 0 : sinceOf(range.type)
    const delivered = since !== undefined && (range.upto === null || since < range.upto)
    if (!delivered) return [range]
    const after = Math.max(range.after, gotTo)
    return range.upto !== null && after >= range.upto ? [] : [{ ...range, after }]
  })
  return { limit: Math.max(state.limit, gotTo), unhandled }
}
