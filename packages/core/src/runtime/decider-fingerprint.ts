import { createHash } from "node:crypto"

import type { Decider } from "../decider/decider.ts"

const known = new WeakMap<Decider, string>()

/**
 * What stands for the way a decider makes states: the events it knows and the text of its factory and evolve functions. It catches a change that nobody raised
 * the snapshot's version for; not one in a function that these call.
 */
export function deciderFingerprint(decider: Decider): string {
  const found = known.get(decider)
  if (found !== undefined) return found
  const evolves = [...decider.evolves].map(([type, evolving]) => [type, textOf(evolving)])
  evolves.sort(([one = ""], [other = ""]) => (one < other ? -1 : 1))
  const content = JSON.stringify([String(decider.initial), evolves])
  const made = createHash("sha256").update(content).digest("base64url").slice(0, 22)
  known.set(decider, made)
  return made
}

function textOf({ evolve }: { readonly evolve: unknown }): string {
  return String(evolve)
}
