import type { Bench, Round } from "../harness/bench.ts"
import type { Sample } from "../harness/sample.ts"

/** A log that grows, and what can be asked of it at each length. */
export interface GrowingLog {
  /** Stores messages until there are so many. */
  growTo(messages: number): Promise<void>
  /** Appends of one event, 64 callers at once, for a second. */
  appends(): Promise<Sample>
  /** A new group handles what was stored since it began. */
  drain(): Promise<Sample>
  /** Streams read from beginning to end, one after another. */
  streams(): Promise<Sample>
  close(): Promise<void>
}

const LENGTHS = [10_000, 500_000] as const
const WORKS = ["appends", "drain", "streams"] as const
const TIMES = 3

/** How much slower anything may be on the long log. */
const BAR = 0.7
const LIMIT_MS = 900_000

const nameOf = (work: (typeof WORKS)[number], length: number): string => `${work}-at-${length / 1_000}k`

/** The same work on a short log and on a long one. */
export function growth(open: (round: Round) => Promise<GrowingLog>): Bench {
  const [short, long] = LENGTHS
  return {
    name: "growth",
    what: "appends of 64 callers, messages handled by a new group, and streams of 20 events read, on a short log and on a long one",
    unit: "a second",
    limitMs: LIMIT_MS,
    course: {
      names: LENGTHS.flatMap((length) => WORKS.map((work) => nameOf(work, length))),
      async run(round, emit) {
        const log = await open(round)
        try {
          for (const length of LENGTHS) {
            await log.growTo(length)
            for (let time = 0; time < TIMES; time += 1) {
              for (const work of WORKS) emit(nameOf(work, length), await log[work]())
            }
          }
        } finally {
          await log.close()
        }
      },
    },
    claims: WORKS.map((work) => ({
      kind: "ratio",
      name: `growth-${work}`,
      of: nameOf(work, long),
      to: nameOf(work, short),
      bar: BAR,
    })),
  }
}
