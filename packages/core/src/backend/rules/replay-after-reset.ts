import type { Position } from "../../message/ids.ts"
import type { ReplayState, UnhandledRange } from "./replay-state.ts"

/**
 * The replay state after a reset of something (partition, replay row, lane) that had got to `gotTo`. A limit never falls. What was being
 * delivered of a range has been handled up to `gotTo`; what is not delivered (of an unwanted type, or at or below the position since
 * which it is wanted) stays. `sinceOf`: that position, before the reset lowers it; `undefined` where the group does not want the type.
 */
export function replayAfterReset(
  state: ReplayState,
  gotTo: Position,
  sinceOf: (type: string) => Position | undefined,
): ReplayState {
  const unhandled = state.unhandled.flatMap((range) => {
    const since = range.type === null ? 0 : sinceOf(range.type)
    if (since === undefined) return [range]
    const below = { ...range, upto: lower(range.upto, since) }
    const above = { ...range, after: Math.max(range.after, since, gotTo) }
    return [below, above].filter(isNotEmpty)
  })
  return { limit: Math.max(state.limit, gotTo), unhandled }
}

/**
 * Above which position a group wants a type that a reset to `point` names: what was passed over when it joined is delivered from the point
 * on. What lies below the point is still not.
 */
export function sinceAfterReset(since: Position, point: Position): Position {
  return Math.min(since, point)
}

function lower(upto: Position | null, since: Position): Position {
  return upto === null ? since : Math.min(upto, since)
}

function isNotEmpty({ after, upto }: UnhandledRange): boolean {
  return upto === null || after < upto
}
