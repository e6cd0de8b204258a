import type { ActorSpec, Reacting } from "./actor-spec.ts"

/** How an actor reacts to a type: by a reaction of its own, or, to events the actor evolves by, by the wildcard. */
export function reactionTo(spec: ActorSpec, type: string): Reacting | undefined {
  const own = spec.reactions.get(type)
  if (own !== undefined || spec.wildcard === undefined) return own
  const definition = spec.decider.evolves.get(type)?.definition
  return definition === undefined ? undefined : { definition, react: spec.wildcard }
}
