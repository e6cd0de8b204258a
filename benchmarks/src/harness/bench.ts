import type { Sample } from "./sample.ts"

/** What a subject gets for one round: an empty folder of its own, and the seed of all that is random. */
export interface Round {
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

/** What a bench promises. A ratio is taken round by round, then its median: both sides saw the same minute of the machine. */
export type Claim =
  | {
      readonly kind: "ratio"
      readonly name: string
      readonly of: string
      readonly to: string
      readonly bar: number
    }
  | { readonly kind: "limit"; readonly name: string; readonly of: string; readonly bar: number }

/** One kind of work, done by all its subjects in turn. */
export interface Bench {
  readonly name: string
  /** What is measured, in a sentence. */
  readonly what: string
  readonly unit: string
  readonly rounds: number
  readonly subjects: readonly Subject[]
  readonly claims: readonly Claim[]
}
