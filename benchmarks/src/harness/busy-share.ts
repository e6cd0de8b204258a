import { cpus } from "node:os"
import { setTimeout } from "node:timers/promises"

/** How long the processors are watched. */
const SPAN_MS = 1_000

/** The share of all processors' time, 0 to 1, that is taken while this process rests: by others, and by what a server still does of its own. (The load of the last minute would be mostly that of the bench before.) */
export async function busyShare(): Promise<number> {
  const before = spent()
  await setTimeout(SPAN_MS)
  const after = spent()
  const all = after.all - before.all
  return all === 0 ? 0 : 1 - (after.idle - before.idle) / all
}

function spent(): { readonly all: number; readonly idle: number } {
  let [all, idle] = [0, 0]
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq
    idle += times.idle
  }
  return { all, idle }
}
