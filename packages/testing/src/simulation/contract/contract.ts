import type { Random } from "../random.ts"
import type { Scenario } from "../scenario.ts"
import { appendingActs } from "./appending-acts.ts"
import { createGuests, type Guests, type GuestAct } from "./guests.ts"
import { lookingActs } from "./looking-acts.ts"
import { operatingActs } from "./operating-acts.ts"
import { workingActs } from "./working-acts.ts"

/** Some things that guests of the storage do, one after the other. What exactly follows from the seeds and from what the guests hold by then. */
export type ContractAct = readonly { readonly do: string; readonly seed: number }[]

/** How many things are done at an instant, at most. */
const MOST_AT_ONCE = 10

const ACTS: Readonly<Record<string, GuestAct>> = {
  ...appendingActs,
  ...workingActs,
  ...lookingActs,
  ...operatingActs,
}

/** How often each is done, for once that a rare one is. */
const WEIGHTS: Readonly<Record<string, number>> = {
  append: 30,
  schedule: 8,
  ensure: 8,
  claim: 40,
  settle: 40,
  settleAgain: 6,
  extend: 8,
  promote: 6,
  read: 30,
  look: 30,
  beat: 20,
  lanes: 10,
  reset: 6,
  run: 10,
  documents: 6,
}

const BAG: readonly string[] = Object.keys(ACTS).flatMap((name) =>
  Array.from({ length: WEIGHTS[name] ?? 2 }, () => name),
)

/**
 * Guests that call a storage as its contract allows: every method, with arguments good and bad. There is no runtime in between, and no model but the twin:
 * play it with one. It is for those who write a backend.
 */
export const contract: Scenario<ContractAct> = {
  name: "contract",
  direct: true,
  draw: (random: Random) =>
    Array.from({ length: random.between(1, MOST_AT_ONCE) }, () => ({
      do: BAG[random.below(BAG.length)] ?? "append",
      seed: random.below(2 ** 31),
    })),
  open(world) {
    const guests: Guests = createGuests(world)
    return {
      reactors: () => [],
      async act(acts) {
        for (const act of acts) await guests.act(ACTS[act.do], act.seed)
      },
      check: () => guests.leave(),
    }
  },
}
