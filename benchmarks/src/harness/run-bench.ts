import type { Bench, CourseBench, RoundBench } from "./bench.ts"
import type { Samples } from "./judge-claim.ts"
import { runApart } from "./run-apart.ts"
import type { Sample } from "./sample.ts"
import type { Server } from "./server.ts"

/** Peers now and then end their process with an unhandled rejection: that is noted, and does not end the bench. */
const PEER_TRIES = 4
const ROUND_LIMIT_MS = 180_000

/** Where rounds are run, and how they are told. */
export interface RunOptions {
  readonly suite: string
  readonly server: Server
  readonly folder: string
  /** Overrides the number of rounds of the bench. */
  readonly rounds: number | undefined
  readonly seed: number
  readonly onSample: (subject: string, round: number, sample: Sample) => void
}

/** Runs all rounds of a bench, or its course. */
export function runBench(bench: Bench, options: RunOptions): Promise<Samples> {
  return "course" in bench ? runCourse(bench, options) : runRounds(bench, options)
}

/** The subjects take turns, and who goes first changes from round to round. */
async function runRounds(bench: RoundBench, options: RunOptions): Promise<Samples> {
  const samples = new Map<string, Sample[]>(bench.subjects.map(({ name }) => [name, []]))
  for (let round = 0; round < (options.rounds ?? bench.rounds); round += 1) {
    const shift = round % bench.subjects.length
    for (const { name, peer } of [...bench.subjects.slice(shift), ...bench.subjects.slice(0, shift)]) {
      const sample = await measure(bench, name, peer === undefined ? 1 : PEER_TRIES, options, round)
      samples.get(name)?.push(sample)
      options.onSample(name, round, sample)
    }
  }
  return samples
}

/** Measures in a process of its own. One that ends without a sample is tried again where `tries` allow it; the sample tells how often that was. */
async function measure(
  bench: RoundBench,
  subject: string,
  tries: number,
  options: RunOptions,
  round: number,
): Promise<Sample> {
  for (let crashes = 0; ; crashes += 1) {
    const found: Sample[] = []
    try {
      const seed = options.seed + round
      const limitMs = bench.limitMs ?? ROUND_LIMIT_MS
      await runApart({ ...options, seed, bench: bench.name, subject, limitMs }, (_, sample) => found.push(sample))
      const [sample] = found
      if (sample === undefined) throw new Error(`${subject} ended without a sample in ${bench.name}`)
      return crashes === 0 ? sample : { ...sample, facts: { ...sample.facts, crashes } }
    } catch (error) {
      if (crashes + 1 >= tries) throw error
      console.error(
        `  ${subject} is run again in ${bench.name}: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
}

async function runCourse(bench: CourseBench, options: RunOptions): Promise<Samples> {
  const samples = new Map<string, Sample[]>(bench.course.names.map((name) => [name, []]))
  const limitMs = bench.limitMs ?? ROUND_LIMIT_MS
  await runApart({ ...options, bench: bench.name, subject: "", limitMs }, (name, sample) => {
    const found = samples.get(name)
    if (found === undefined) throw new Error(`the course ${bench.name} does not name ${name}`)
    found.push(sample)
    options.onSample(name, found.length - 1, sample)
  })
  for (const [name, { length }] of samples) {
    if (length === 0) throw new Error(`the course ${bench.name} ended without a sample of ${name}`)
  }
  return samples
}
