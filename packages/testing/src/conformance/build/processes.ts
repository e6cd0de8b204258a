import type { Backend, Beat, Owner, Pulse } from "@millrace/core/backend"

import { inShort } from "./claims.ts"
import { G } from "./groups.ts"

const wants: Beat["wants"] = [{ group: G, types: ["noted"] }]

/** What a process of the suite says of itself. */
export const factsOf = (who: Owner): Beat["facts"] => ({ host: `host-${who.bootId}`, pid: 4_242 })

/** Beats for a process that wants `noted` of `billing`. */
export function beat(backend: Backend, who: Owner, kind: "join" | "beat" | "leave"): Promise<Pulse> {
  return backend.heartbeat({ kind, owner: who, facts: factsOf(who), wants })
}

/** Takes a name from the boot that has it, if that one was not heard since. */
export function supersede(
  backend: Backend,
  who: Owner,
  { bootId, beats }: { readonly bootId: string; readonly beats: number },
): Promise<Pulse> {
  return backend.heartbeat({ kind: "supersede", owner: who, facts: factsOf(who), wants, bootId, beats })
}

/** Joins, and has to find the name held. */
export async function joinHeld(backend: Backend, who: Owner): Promise<Extract<Pulse, { kind: "held" }>> {
  const pulse = await beat(backend, who, "join")
  if (pulse.kind !== "held") throw new Error(`expected the name to be held, got ${inShort(pulse)}`)
  return pulse
}

/** Starts anew under the name of a boot that was not heard again, and has to get it. */
export async function restart(backend: Backend, who: Owner): Promise<void> {
  const pulse = await supersede(backend, who, await joinHeld(backend, who))
  if (pulse.kind !== "ok") throw new Error(`expected the name to pass on, got ${inShort(pulse)}`)
}
