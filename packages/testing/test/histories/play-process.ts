import type { Pulse } from "@millrace/core/backend"

import { ownerOf, typesOf } from "./cast.ts"
import type { Stage } from "./stage.ts"
import type { Step } from "./step.ts"

/** Plays what a process says of itself. */
export async function playProcess(stage: Stage, step: Extract<Step, { do: "beat" | "supersede" }>): Promise<Pulse> {
  const owner = ownerOf(step.owner, step.boot)
  const facts = { host: "h", pid: 1 }
  const from = (types: number) => ({
    owner,
    facts,
    wants: stage.casts.map(({ group }) => ({ group, types: typesOf(types) })),
  })
  const known = stage.pulses.get(owner.processName) ?? { bootId: ownerOf(step.owner, 1 - step.boot).bootId, beats: 1 }
  const pulse =
    step.do === "beat"
      ? await stage.backend.heartbeat({ kind: step.kind, ...from(step.types) })
      : await stage.backend.heartbeat({
          kind: "supersede",
          ...from(0),
          bootId: known.bootId,
          beats: step.stale ? known.beats - 1 : known.beats,
        })
  if (pulse.kind === "held") stage.pulses.set(owner.processName, { bootId: pulse.bootId, beats: pulse.beats })
  return pulse
}
