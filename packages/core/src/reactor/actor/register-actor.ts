import type { Registration } from "../registration.ts"
import { startPointOf } from "../start-from.ts"
import type { ActorSpec } from "./actor-spec.ts"
import { handleActor } from "./handle-actor.ts"

/** An actor as the runtime sees it. */
export function registerActor(spec: ActorSpec): Registration {
  const { decider, options, reactions, wildcard } = spec
  const decides = [...decider.decides.keys()]
  const types = new Set([...decides, ...reactions.keys()])
  if (wildcard !== undefined) for (const type of decider.evolves.keys()) types.add(type)
  return {
    group: decider.name,
    types: [...types],
    order: "stream",
    startFrom: startPointOf(options.startFrom),
    ...(options.errorStrategy === undefined ? {} : { errorStrategy: options.errorStrategy }),
    needsTx: false,
    decides,
    handle: (batch, access) => handleActor(spec, batch, access),
  }
}
