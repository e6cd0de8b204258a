import { dueAt } from "../message/draft.ts"
import type { Instant } from "../message/ids.ts"
import type { Action, AnyMessage } from "./action.ts"

/** Messages that a reaction or handler produced, as actions: those made with `.at(date)` are scheduled, the others are appended, in their order. */
export function actionsOf(messages: readonly AnyMessage[]): readonly Action[] {
  const now: AnyMessage[] = []
  const later = new Map<Instant, AnyMessage[]>()
  for (const message of messages) {
    const at = dueAt(message)
    if (at === undefined) {
      now.push(message)
      continue
    }
    const same = later.get(at)
    if (same === undefined) later.set(at, [message])
    else same.push(message)
  }
  const actions: Action[] = now.length === 0 ? [] : [{ kind: "append-next", messages: now }]
  for (const [at, due] of later) actions.push({ kind: "schedule", messages: due, at })
  return actions
}
