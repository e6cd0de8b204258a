// A part of the work of `npm run simulate`, in a process of its own: the simulation needs no more than one thread. Answers over its IPC channel.
//   part.ts <first seed> <step> <seeds> [<planted fault of a backend>]
import { type Backend, memoryBackend } from "@millrace/core"

import { testClock } from "../../src/index.ts"
import { bank, type PlayOptions, simulate } from "../../src/simulation/index.ts"
import { allFaults } from "../faults/all-faults.ts"

const [from = 1, step = 1, seeds = 1] = process.argv.slice(2, 5).map(Number)
const planted = process.argv[5]

/** How often a part tells how far it is. */
const TELL_EVERY = 100

let done = 0
const simulated = await simulate(bank, {
  from,
  step,
  seeds,
  ...(planted === undefined ? {} : { backend: faulty(planted) }),
  onSeed() {
    done += 1
    if (done % TELL_EVERY === 0) process.send?.({ done })
  },
})
process.send?.({ done, simulated }, () => process.disconnect())

/** Memory with a planted fault. */
function faulty(name: string): NonNullable<PlayOptions["backend"]> {
  const fault = allFaults.flatMap(({ faults }) => faults).find((one) => one.name === name)
  if (fault === undefined) throw new Error(`no planted fault is called "${name}"`)
  return ({ clock, partitions }) => {
    const memory: Backend = memoryBackend({ clock, partitions })
    // Faults look at the clock, and move it never.
    const shown = { ...testClock(), now: clock.now }
    return fault.alter(fault.sound?.(memory, shown) ?? memory, shown)
  }
}
