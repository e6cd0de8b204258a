import type { Action } from "../action.ts"
import type { HeldState } from "./held-state.ts"
import type { ProjectorSpec } from "./projector-spec.ts"

type Done = Parameters<HeldState["save"]>[0]

/** The work that saves a state, and the hook that tells of it. `stateIn` gives the state, inside the transaction where there is one. */
export function syncAction(
  spec: ProjectorSpec,
  id: string,
  done: Done,
  stateIn: (tx: unknown) => unknown,
): readonly Action[] {
  const { sync, afterCommit } = spec
  if (sync === undefined && afterCommit === undefined) return []
  let state: unknown
  const save: Action = {
    kind: "sync",
    work: {
      needsTx: spec.options.tx !== undefined,
      async run({ tx, idempotencyKey }) {
        state = await stateIn(tx)
        await sync?.({ id, state, ...factsOf(done), tx, idempotencyKey })
      },
    },
  }
  return [save, ...afterCommitAction(spec, id, done, () => state)]
}

/** The hook after the commit, if there is one. */
export function afterCommitAction(
  { afterCommit }: ProjectorSpec,
  id: string,
  done: Done,
  state: () => unknown,
): readonly Action[] {
  if (afterCommit === undefined) return []
  return [{ kind: "after-commit", run: () => afterCommit({ id, state: state(), ...factsOf(done) }) }]
}

function factsOf(done: Done) {
  return { events: done.map((one) => one.message), replaying: done[0]?.delivery.replaying ?? false }
}
