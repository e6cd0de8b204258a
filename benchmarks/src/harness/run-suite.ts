import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { Bench } from "./bench.ts"
import { describeEnvironment, type Environment } from "./environment.ts"
import { installPeer } from "./install-peer.ts"
import { type Judged, judgeClaim } from "./judge-claim.ts"
import { runBench } from "./run-bench.ts"
import type { Faults, Sample } from "./sample.ts"
import { type Spread, spreadOf } from "./statistics.ts"

/** A subject's figures over all rounds of a bench. */
export interface SubjectResult extends Spread {
  readonly subject: string
  readonly samples: readonly Sample[]
  readonly faults: Faults
}

export interface BenchResult {
  readonly bench: Bench
  readonly subjects: readonly SubjectResult[]
  readonly claims: readonly Judged[]
}

export interface SuiteResult {
  readonly environment: Environment
  readonly seconds: number
  readonly benches: readonly BenchResult[]
}

export interface SuiteOptions {
  readonly seed: number
  /** Overrides the number of rounds of each bench. */
  readonly rounds: number | undefined
  /** Where databases are made: the disk that is measured. Default: the system's temporary folder. */
  readonly folder: string | undefined
  readonly onSample: (bench: Bench, subject: string, round: number, sample: Sample) => void
  readonly onBench: (result: BenchResult) => void
}

/** Runs benches one after another and judges their claims. */
export async function runSuite(benches: readonly Bench[], options: SuiteOptions): Promise<SuiteResult> {
  const began = performance.now()
  for (const peer of new Set(benches.flatMap(({ subjects }) => subjects.flatMap((one) => one.peer ?? [])))) {
    installPeer(peer)
  }
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), "millrace-bench-"))
  try {
    const environment = describeEnvironment(folder, options.seed)
    const results: BenchResult[] = []
    for (const bench of benches) {
      const samples = await runBench(bench, {
        folder,
        rounds: options.rounds ?? bench.rounds,
        seed: options.seed,
        onSample: (subject, round, sample) => options.onSample(bench, subject, round, sample),
      })
      const subjects = [...samples].map(([subject, all]) => ({
        subject,
        samples: all,
        faults: sumFaults(all),
        ...spreadOf(all.map(({ value }) => value)),
      }))
      const result = { bench, subjects, claims: bench.claims.map((claim) => judgeClaim(claim, samples)) }
      results.push(result)
      options.onBench(result)
    }
    return { environment, seconds: Math.round((performance.now() - began) / 1_000), benches: results }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function sumFaults(samples: readonly Sample[]): Faults {
  const sum = (pick: (faults: Faults) => number) => samples.reduce((total, { faults }) => total + pick(faults), 0)
  return {
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
  }
}
