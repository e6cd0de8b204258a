import type { Position } from "../../message/ids.ts"
import type { ReplayState } from "./replay-state.ts"

/**
 * The replay state once an existing group wants a type above `since`. What lies below was never handed out: all of it above the group's
 * start, or, when the group had wanted the type before, what came after it had left. Applied to every partition, replay row and lane.
 */
export function replayAfterTypeJoins(
  state: ReplayState,
  { type, start, since }: { readonly type: string; readonly start: Position; readonly since: Position },
): ReplayState {
  if (state.unhandled.some((range) => range.type === type && range.upto === null)) {
    const unhandled = state.unhandled.flatMap((range) => {
      if (range.type !== type || range.upto !== null) return [range]
      return range.after >= since ? [] : [{ ...range, upto: since }]
    })
    return { ...state, unhandled }
  }
  if (since <= start) return state
  return { ...state, unhandled: [...state.unhandled, { type, after: start, upto: since }] }
}
