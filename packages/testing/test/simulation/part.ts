// A part of the work of `npm run simulate`, in a process of its own: the simulation needs no more than one thread. Answers over its IPC channel.
//   part.ts <scenario> <first seed> <step> <seeds> [<planted fault of a backend>]
import { type Backend, memoryBackend } from "@millrace/core"

import { testClock } from "../../src/index.ts"
import { type PlayOptions, simulate, type SimulateOptions } from "../../src/simulation/index.ts"
import { allFaults } from "../faults/all-faults.ts"
import { scenarios } from "./scenarios.ts"

const scenario = process.argv[2]
const [from = 1, step = 1, seeds = 1] = process.argv.slice(3, 6).map(Number)
const planted = process.argv[6]

/** How often a part tells how far it is. */
const TELL_EVERY = 100

let done = 0
const options: SimulateOptions = {
  from,
  step,
  seeds,
  // Of a planted fault only that it was found is of interest.
  shorten: planted === undefined && process.env["MILLRACE_PLANTED"] === undefined,
  ...(planted === undefined ? {} : storagesOf(planted)),
  onSeed() {
    done += 1
    if (done % TELL_EVERY === 0) process.send?.({ done })
  },
}
const simulated = await played()
process.send?.({ done, simulated }, () => process.disconnect())

function played() {
  switch (scenario) {
    case "contract":
      return simulate(scenarios.contract, options)
    case "errands":
      return simulate(scenarios.errands, options)
    default:
      return simulate(scenarios.bank, options)
  }
}

/** Memory with a planted fault, and without. */
function storagesOf(name: string): Pick<PlayOptions, "backend" | "twin"> {
  const fault = allFaults.flatMap(({ faults }) => faults).find((one) => one.name === name)
  if (fault === undefined) throw new Error(`no planted fault is called "${name}"`)
  // Faults look at the clock, and move it never.
  const shown = (clock: { readonly now: () => number }) => ({ ...testClock(), now: clock.now })
  const sound: NonNullable<PlayOptions["backend"]> = ({ clock, partitions }) => {
    const memory: Backend = memoryBackend({ clock, partitions })
    return fault.sound?.(memory, shown(clock)) ?? memory
  }
  return {
    twin: sound,
    backend: (made) => fault.alter(sound(made), shown(made.clock)),
  }
}
