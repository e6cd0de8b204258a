import type { SettlePart } from "../backend/settle.ts"
import type { Crew } from "./crew.ts"
import type { Prepared } from "./prepare.ts"
import { unlessAborted } from "./unless-aborted.ts"

/** After a part is stored: remembers baselines, then runs the after-commit hooks. A hook that fails is logged; one that outlasts `signal` is left to itself. */
export async function conclude(stored: readonly Prepared[], crew: Crew, signal: AbortSignal): Promise<void> {
  for (const one of stored) {
    one.stored()
    const { effects } = one.part
    if (effects?.documents !== undefined) crew.documents(effects.documents)
  }
  for (const one of stored) {
    for (const run of one.afterCommit) {
      try {
        await unlessAborted(Promise.resolve(run()), signal)
      } catch (error) {
        crew.logger.error(
          { err: error, key: one.part.key },
          "an after-commit hook failed; what it follows stays stored",
        )
      }
    }
  }
}

/** What stored parts mean to others in this process: types appended, schedules made, lanes opened. */
export function newsOf(group: string, parts: readonly SettlePart[]): Parameters<Crew["handOff"]>[0] {
  const types = new Set<string>()
  let schedules = false
  let lanes = false
  for (const { effects, deferral } of parts) {
    lanes ||= deferral !== undefined
    if (effects === undefined) continue
    schedules ||= (effects.schedules?.length ?? 0) > 0
    for (const stream of effects.streams) for (const message of stream.messages) types.add(message.type)
  }
  return { types: [...types], schedules, ...(lanes ? { group } : {}) }
}
