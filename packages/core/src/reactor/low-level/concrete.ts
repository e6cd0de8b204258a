import { DefinitionError } from "../../message/definition-error.ts"
import type { StreamId } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { Action } from "../action.ts"
import type { AppendAfterAction } from "../actions.ts"
import { actionsOf } from "../produced.ts"
import type { ReactorAction, ReactorResult } from "../reactor.ts"

/** What a handler saw of its stream. */
export interface SeenStream {
  readonly who: string
  readonly streamId: StreamId
  readonly history: readonly StoredMessage[] | undefined
}

/** What a low-level reactor returned, as actions for the runtime. */
export function concrete(result: ReactorResult, seen: SeenStream): readonly Action[] {
  if (result === undefined) return []
  const actions = isList(result) ? result : [result]
  return actions.flatMap((action) => {
    if (action.kind === "append-after") return [appendAfter(action, seen)]
    // A message that was made for a date waits for it here as everywhere.
    if (action.kind === "append-next") return actionsOf(action.messages)
    return [checked(action, seen)]
  })
}

function isList(result: ReactorAction | readonly ReactorAction[]): result is readonly ReactorAction[] {
  return Array.isArray(result)
}

const KINDS = new Set(["ok", "schedule", "sync", "put", "after-commit", "retry"])

function checked<A extends Action>(action: A, { who }: SeenStream): A {
  if (KINDS.has(action.kind)) return action
  throw new DefinitionError(
    `${who} returned something that is no action: return nothing, OK, AppendNext(…), AppendAfter(…), Schedule(…), Sync(…), RETRY, or a list of them`,
  )
}

/** Expects the version that the handler saw: the head of the history it was given. */
function appendAfter({ streamId, messages, expectedVersion }: AppendAfterAction, seen: SeenStream): Action {
  if (expectedVersion !== undefined) return { kind: "append-after", streamId, messages, expectedVersion }
  if (seen.history === undefined || streamId !== seen.streamId) {
    throw new DefinitionError(
      `${seen.who} returned AppendAfter("${streamId}", …) without having seen that stream: declare history: true and append to the message's own stream, or give { expectedVersion }`,
    )
  }
  const last = seen.history.findLast((message) => message.version !== undefined)
  return { kind: "append-after", streamId, messages, expectedVersion: last?.version ?? 0 }
}
