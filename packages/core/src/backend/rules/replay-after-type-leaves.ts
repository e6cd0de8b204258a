import type { Position } from "../../message/ids.ts"
import { replayAfterReset } from "./replay-after-reset.ts"
import type { ReplayState } from "./replay-state.ts"

/**
 * The replay state of something (partition, replay row, lane) that had got to `gotTo` when a type leaves its group: from there on the type's
 * messages are not handed out. `since`: above which position it was delivered. `replayAfterTypeJoins` ends the range if the type comes back.
 */
export function replayAfterTypeLeaves(
  state: ReplayState,
  { type, since, gotTo }: { readonly type: string; readonly since: Position; readonly gotTo: Position },
): ReplayState {
  const reached = replayAfterReset(state, gotTo, (other) => (other === type ? since : undefined)).unhandled
  const after = Math.max(gotTo, state.limit, since)
  return { limit: state.limit, unhandled: [...reached, { type, after, upto: null }] }
}
