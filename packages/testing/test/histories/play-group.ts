import type { Backend } from "@millrace/core/backend"

import { renamed } from "./app-calls.ts"
import { type CastGroup, GROUPS, ownerOf, pickOf, typesOf } from "./cast.ts"
import type { Stage } from "./stage.ts"
import type { Step } from "./step.ts"
import { sorted } from "./views.ts"

type Grouping = Extract<
  Step,
  { do: "want" | "reset" | "skip" | "stop" | "start" | "retry-lanes" | "discard-lane" | "rename" | "delete-group" }
>

/** The names that groups are given, some of which others have. */
const NAMES = [...GROUPS.map(({ group }) => group), ...GROUPS.map(({ group }) => `${group}-again`)]

/** The group of this index, as it is called now. */
export const castOf = ({ casts }: Stage, index: number): CastGroup =>
  pickOf(casts, index) ?? { group: "by-stream", order: "stream" }

/** Plays what is done to a group. */
export async function playGroup(stage: Stage, step: Grouping, number: number): Promise<unknown> {
  const { operator } = stage.backend
  const cast = castOf(stage, step.group)
  const { group } = cast
  switch (step.do) {
    case "want":
      return ensured(stage.backend, cast, step.types)
    case "reset":
      return reset(stage, step, group)
    case "skip": {
      const waiting = await stage.backend.read({ from: "log", limit: 40, direction: "backward" })
      return operator.skip(group, pickOf(waiting.messages, step.pick)?.position ?? 1)
    }
    case "stop":
      return operator.stopGroup(group, { reason: `step ${number}` })
    case "start":
      return operator.startGroup(group)
    case "retry-lanes": {
      const lane = step.pick === null ? undefined : pickOf(await operator.lanes({ group }), step.pick)
      return operator.retryLanes(group, lane === undefined ? undefined : [lane.key])
    }
    case "discard-lane":
      return operator.discardLane(group, pickOf(await operator.lanes({ group }), step.pick)?.key ?? "nobody")
    case "rename": {
      const to = pickOf(NAMES, step.to) ?? group
      await operator.renameGroup(group, to)
      return renamed(stage, cast, to)
    }
    case "delete-group":
      await operator.deleteGroup(group)
      return stage.ledger.deleted(group)
  }
}

async function reset(stage: Stage, step: Extract<Step, { do: "reset" }>, group: string): Promise<void> {
  const { backend, ledger } = stage
  const { head } = await backend.read({ from: "log", limit: 1 })
  const to = step.to === "position" ? ({ at: "position", position: step.pick % (head + 1) } as const) : { at: step.to }
  const types = typesOf(step.types)
  await backend.operator.resetGroup(group, to, { reemit: step.reemit, ...(types.length > 0 ? { types } : {}) })
  ledger.reset(group, to.at === "position" ? to.position : to.at === "now" ? head : 0)
}

/** Ensures one group of the cast. */
export async function ensured(backend: Backend, cast: CastGroup, types: number): Promise<unknown> {
  const spec = { ...cast, start: { at: "beginning" }, types: typesOf(types), owner: ownerOf(0), maxLanes: 6 } as const
  const answer = await backend.ensureGroup(spec)
  return answer.kind === "ensured"
    ? { ...answer, added: sorted(answer.added), missing: answer.missing.toSorted() }
    : answer
}
