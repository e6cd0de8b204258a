/** What became of a message in a callback. `passed`: it failed, and the error strategy goes on behind it. */
export type Ran = "running" | "done" | "failed" | "passed"

/** What the callbacks of the simulated processes were given and did. */
export interface Trace {
  /** A message was handed to a start of a process: whether it counts as replayed. */
  mayBe(boot: string, group: string, position: number, replaying: boolean): void
  /** A message was handed out that its workers have died of so often that its handler must not be called any more. */
  mustNot(boot: string, group: string, position: number): void
  /** What an error strategy said of a message that failed. */
  judged(boot: string, group: string, position: number, said: "retry" | "park" | "stop" | "skip"): void
  /** What it said last; `undefined` where it was not asked since the message was handed out. */
  saidOf(boot: string, group: string, position: number): string | undefined
  /** A callback was called with it. Answers what is wrong with that, if anything is. */
  began(boot: string, group: string, position: number, replaying: boolean): string | undefined
  /** A handler begins: answers whether another of the same message runs. */
  enter(group: string, position: number): boolean
  leave(group: string, position: number): void
  ended(boot: string, group: string, position: number, how: Ran): void
  /** What became of it in this start of a process; `undefined` when no callback saw it. */
  of(boot: string, group: string, position: number): Ran | undefined
  /** Whether a callback of this group ever told of anything: others are not checked. */
  tells(group: string): boolean
}

export function createTrace(): Trace {
  const flags = new Map<string, Set<boolean>>()
  const ran = new Map<string, Ran>()
  const handed = new Map<string, number>()
  const forbidden = new Set<string>()
  const said = new Map<string, string>()
  const inside = new Map<string, number>()
  const telling = new Set<string>()
  const name = (boot: string, group: string, position: number): string => `${boot}/${group}/${position}`
  return {
    mayBe(boot, group, position, replaying) {
      const key = name(boot, group, position)
      handed.set(key, (handed.get(key) ?? 0) + 1)
      ran.delete(key)
      said.delete(key)
      forbidden.delete(key)
      const known = flags.get(key)
      if (known === undefined) flags.set(key, new Set([replaying]))
      else known.add(replaying)
    },
    mustNot(boot, group, position) {
      const key = name(boot, group, position)
      // A slice that this very process was handed before may be on its way still.
      if (handed.get(key) === 1) forbidden.add(key)
    },
    judged(boot, group, position, what) {
      said.set(name(boot, group, position), what)
    },
    saidOf: (boot, group, position) => said.get(name(boot, group, position)),
    began(boot, group, position, replaying) {
      telling.add(group)
      const key = name(boot, group, position)
      if (ran.get(key) !== "done") ran.set(key, "running")
      const may = flags.get(key)
      if (may === undefined) return `${group}: ${boot} handles position ${position}, which it was never handed`
      if (!may.has(replaying))
        return `${group}: ${boot} handles position ${position} with replaying ${String(replaying)}`
      if (forbidden.has(key))
        return `${group}: ${boot} handles position ${position}, which too many workers have died of`
      return undefined
    },
    enter(group, position) {
      const key = `${group}/${position}`
      const count = inside.get(key) ?? 0
      inside.set(key, count + 1)
      return count > 0
    },
    leave(group, position) {
      const key = `${group}/${position}`
      inside.set(key, (inside.get(key) ?? 1) - 1)
    },
    ended(boot, group, position, how) {
      const key = name(boot, group, position)
      const before = ran.get(key)
      // A call that goes on after its lease has passed takes nothing back of what another did.
      if (before !== "done" && before !== "passed") ran.set(key, how)
    },
    of: (boot, group, position) => ran.get(name(boot, group, position)),
    tells: (group) => telling.has(group),
  }
}
