import { fork } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"

import type { Bench } from "./bench.ts"
import type { Samples } from "./judge-claim.ts"
import type { Sample } from "./sample.ts"

/** A round that takes longer than this has hung. */
const ROUND_LIMIT_MS = 180_000

/** Peers now and then end their process with an unhandled rejection: that is noted, and does not end the bench. */
const PEER_TRIES = 4

/** Where rounds put their files, and how they are told. */
export interface RunOptions {
  readonly folder: string
  readonly rounds: number
  readonly seed: number
  readonly onSample: (subject: string, round: number, sample: Sample) => void
}

/** Runs all rounds of a bench. The subjects take turns, and who goes first changes from round to round. */
export async function runBench(bench: Bench, options: RunOptions): Promise<Samples> {
  const samples = new Map<string, Sample[]>(bench.subjects.map(({ name }) => [name, []]))
  for (let round = 0; round < options.rounds; round += 1) {
    const shift = round % bench.subjects.length
    for (const subject of [...bench.subjects.slice(shift), ...bench.subjects.slice(0, shift)]) {
      const tries = subject.peer === undefined ? 1 : PEER_TRIES
      const sample = await measureApart(bench.name, subject.name, { ...options, seed: options.seed + round, tries })
      samples.get(subject.name)?.push(sample)
      options.onSample(subject.name, round, sample)
    }
  }
  return samples
}

interface Apart {
  readonly folder: string
  readonly seed: number
  readonly tries: number
}

/** Measures in a process of its own. One that ends without a sample is tried again where `tries` allow it; the sample tells how often that was. */
async function measureApart(bench: string, subject: string, { folder, seed, tries }: Apart): Promise<Sample> {
  for (let crashes = 0; ; crashes += 1) {
    try {
      const sample = await measureOnce(bench, subject, folder, seed)
      return crashes === 0 ? sample : { ...sample, facts: { ...sample.facts, crashes } }
    } catch (error) {
      if (crashes + 1 >= tries) throw error
      console.error(`  ${subject} is run again in ${bench}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

async function measureOnce(bench: string, subject: string, parent: string, seed: number): Promise<Sample> {
  const folder = mkdtempSync(join(parent, "round-"))
  try {
    return await new Promise<Sample>((resolve, reject) => {
      const child = fork(join(import.meta.dirname, "round.ts"), [bench, subject, folder, String(seed)], {
        execArgv: ["--conditions=millrace-source", "--disable-warning=ExperimentalWarning"],
        stdio: ["ignore", "ignore", "inherit", "ipc"],
        serialization: "json",
        timeout: ROUND_LIMIT_MS,
      })
      child.once("message", (message) => resolve(sampleFrom(message)))
      child.once("error", reject)
      child.once("exit", (code, signal) => {
        reject(new Error(`${subject} ended without a sample in ${bench}: exit ${code ?? signal}`))
      })
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function sampleFrom(message: unknown): Sample {
  if (!isSample(message)) throw new TypeError(`not a sample: ${JSON.stringify(message)}`)
  return message
}

function isSample(value: unknown): value is Sample {
  return typeof value === "object" && value !== null && "value" in value && "faults" in value && "facts" in value
}
