import type { Auditor } from "./audit/auditor.ts"
import type { Boot } from "./boot.ts"
import type { Faults } from "./faults.ts"
import type { Random } from "./random.ts"
import type { SimulatedProcess } from "./scenario.ts"

/** A callback that failed because the simulation wanted it to. */
export class SimulatedFailure extends Error {
  override readonly name = "SimulatedFailure"
}

/** The share of callbacks that take their time, and how much at most. */
const SLOW = 0.05
const SLOW_MS = 4_000
const QUICK_MS = 5

/** What the callbacks of one start of a process are told by their world. */
export function simulatedProcess(
  boot: Boot,
  at: {
    readonly auditor: Auditor
    readonly faults: Faults
    readonly random: Random
    readonly note: (text: () => string) => void
    /** Whether nothing disturbs this world but errors of callbacks. */
    readonly calm: boolean
  },
): SimulatedProcess {
  const { auditor, faults, random, note, calm } = at
  const { trace } = auditor
  const mayFail: SimulatedProcess["mayFail"] = (group, { position }, attempt) => {
    if (faults.callback(group, position, attempt)) throw new SimulatedFailure(`${group} fails at ${position}`)
  }
  return {
    name: boot.name,
    mayFail,
    sleep: (ms) => boot.sleep(ms),
    judging(group, { position }, decision) {
      trace.judged(boot.name, group, position, decision.kind)
      if (decision.kind === "skip") trace.ended(boot.name, group, position, "passed")
      return decision
    },
    told(group, messages) {
      const audit = auditor.groups.get(group)
      for (const { position } of messages)
        if (audit?.resets === 0 && !audit.handled.has(position) && !audit.excused.has(position))
          auditor.wrong(
            `${group}: ${boot.name} tells the world of position ${position}, which is not stored as handled`,
          )
    },
    async handling(group, message, { replaying, attempt }, body) {
      const { position } = message
      note(() => `${boot.name} ${group} handles ${position}${replaying ? " again" : ""}, try ${attempt}`)
      const problem = trace.began(boot.name, group, position, replaying)
      if (problem !== undefined) auditor.wrong(problem)
      // Where nobody stands still and nothing is lost, a lease is kept however long a handler takes.
      const twice = trace.enter(group, position)
      if (twice && calm && auditor.groups.get(group)?.touched === false)
        auditor.wrong(`${group}: position ${position} is handled by ${boot.name} while a handler of it runs`)
      try {
        if (random.chance(0.3)) await boot.sleep(random.chance(SLOW) ? random.below(SLOW_MS) : random.below(QUICK_MS))
        mayFail(group, message, attempt)
        const result = await body()
        trace.ended(boot.name, group, position, "done")
        return result
      } catch (error) {
        trace.ended(boot.name, group, position, "failed")
        throw error
      } finally {
        trace.leave(group, position)
      }
    },
  }
}
