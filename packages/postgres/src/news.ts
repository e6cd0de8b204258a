import type { Wake } from "@millrace/core/backend"

/** What is told of what has changed. */
export interface News extends Gathered {
  /**
   * How to tell others of a message on the line, right behind the append that was just sent there: the wake-up leaves before that is answered, and the server
   * hands it on once that is stored (and for nothing where it is not). Called with the message's type; answers what to call in place of `messages` once the append is
   * stored. `undefined` where a wake-up is on its way, or was just now: this one has to go with the next.
   */
  behind(): ((type: string) => () => void) | undefined
}

/** What has changed and others are yet to be told. Told once, however much comes together meanwhile. */
export interface Gathered {
  /** `count`: how many of the type, 1 unless given. */
  messages(type: string, count?: number): void
  work(): void
  schedule(): void
  challenge(processName: string): void
}

/** The most types that one wake-up names: its payload has to stay well under 8,000 bytes. */
const MAX_TYPES = 50
const MAX_TYPES_LENGTH = 4_000

/** Gathers news; `tell` is asked to come for them as soon as there are some, and told how many. */
export function gatherNews(tell: (count: number) => void): Gathered & { take(): readonly Wake[] } {
  const types = new Set<string>()
  const challenged = new Set<string>()
  let work = false
  let schedule = false
  return {
    messages(type, count = 1) {
      types.add(type)
      tell(count)
    },
    work() {
      work = true
      tell(1)
    },
    schedule() {
      schedule = true
      tell(1)
    },
    challenge(processName) {
      challenged.add(processName)
      tell(1)
    },
    take() {
      const wakes: Wake[] = []
      if (types.size > 0) wakes.push({ kind: "messages", types: fitting([...types]) })
      if (work) wakes.push({ kind: "work" })
      if (schedule) wakes.push({ kind: "schedule" })
      for (const processName of challenged) wakes.push({ kind: "challenge", processName })
      types.clear()
      challenged.clear()
      work = false
      schedule = false
      return wakes
    },
  }
}

/** Too many types to name are all of them. */
function fitting(types: readonly string[]): readonly string[] | null {
  const length = types.reduce((sum, type) => sum + Buffer.byteLength(type) + 3, 0)
  return types.length > MAX_TYPES || length > MAX_TYPES_LENGTH ? null : types
}
