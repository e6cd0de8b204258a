import type { Sample } from "./sample.ts"
import type { Server } from "./server.ts"

/** What a subject gets for one round: a place of its own in the storage, an empty folder, and the seed of all that is random. */
export interface Round {
  /** The empty storage: a file's path, or the URL of a fresh database. */
  readonly url: string
  readonly folder: string
  readonly seed: number
}

/** One contender. Each round of it runs in a process of its own, so that no heap and no compiled code is shared. */
export interface Subject {
  readonly name: string
  /** The folder under `subjects/` whose packages it needs. */
  readonly peer?: string
  measure(round: Round): Promise<Sample>
}

/** A contender that opens what a load is put on. */
export interface Contender<Target> {
  readonly name: string
  readonly peer?: string
  open(round: Round): Promise<Target> | Target
}

/** Told of each sample of a course, by the name it is shown under. */
export type Emit = (name: string, sample: Sample) => void

/**
 * Work that measures several subjects one after another in one process, because they build on each other: the same log at 10,000 messages, at a
 * million, at five. `names` in the order shown; each is emitted at least once.
 */
export interface Course {
  readonly names: readonly string[]
  run(round: Round, emit: Emit): Promise<void>
}

/** What a bench promises. A ratio is taken round by round, then its median: both sides saw the same minute of the machine. */
export type Claim =
  | {
      readonly kind: "ratio"
      readonly name: string
      readonly of: string
      readonly to: string
      readonly bar: number
      /** Where a few per cent decide: the whole interval in which the median lies (95 %) has to meet the bar. Takes many rounds. */
      readonly surely?: true
    }
  | { readonly kind: "limit"; readonly name: string; readonly of: string; readonly bar: number }

interface AnyBench {
  readonly name: string
  /** What is measured, in a sentence. */
  readonly what: string
  readonly unit: string
  readonly claims: readonly Claim[]
  /** A round (or course) that takes longer has hung. Default: three minutes. */
  readonly limitMs?: number
}

/** One kind of work, done by all its subjects in turn. */
export interface RoundBench extends AnyBench {
  readonly rounds: number
  readonly subjects: readonly Subject[]
}

/** One kind of work that is a course. */
export interface CourseBench extends AnyBench {
  readonly course: Course
}

export type Bench = RoundBench | CourseBench

/** All that is measured on one storage: `npm run bench -- <name>`. */
export interface Suite {
  /** Starts the storage that all rounds of all subjects share. */
  start(folder: string): Promise<Server>
  readonly benches: readonly Bench[]
  /** How it grows: only with `--full`. */
  readonly growth: readonly Bench[]
}

/** A subject that puts a load on what its contender opens. */
export function subjectOf<Target>(contender: Contender<Target>, load: (target: Target) => Promise<Sample>): Subject {
  const { name, peer } = contender
  return {
    name,
    ...(peer === undefined ? {} : { peer }),
    measure: async (round) => load(await contender.open(round)),
  }
}
