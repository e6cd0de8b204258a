import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { Bench, Suite } from "./bench.ts"
import { describeEnvironment } from "./environment.ts"
import { installPeer, versionsOf } from "./install-peer.ts"
import { judgeClaim } from "./judge-claim.ts"
import { type BenchRecord, sumFaults } from "./record.ts"
import { runBench } from "./run-bench.ts"
import type { Sample } from "./sample.ts"
import { spreadOf } from "./statistics.ts"

export interface SuiteOptions {
  readonly name: string
  readonly seed: number
  /** Overrides the number of rounds of each bench. */
  readonly rounds: number | undefined
  /** Where databases are made: the disk that is measured. Default: the system's temporary folder. */
  readonly folder: string | undefined
  readonly onSample: (bench: Bench, subject: string, round: number, sample: Sample) => void
  /** Told of each bench as it ends. */
  readonly onBench: (record: BenchRecord) => void
}

/** Runs benches of a suite one after another on one server, and judges their claims. */
export async function runSuite(suite: Suite, benches: readonly Bench[], options: SuiteOptions): Promise<void> {
  for (const peer of new Set(benches.flatMap(peersOf))) installPeer(peer)
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), "millrace-bench-"))
  const server = await suite.start(folder)
  try {
    for (const bench of benches) {
      const began = performance.now()
      const peers = Object.fromEntries(peersOf(bench).flatMap(versionsOf))
      const environment = await describeEnvironment({ folder, seed: options.seed, storage: server.facts, peers })
      const samples = await runBench(bench, {
        suite: options.name,
        server,
        folder,
        rounds: options.rounds,
        seed: options.seed,
        onSample: (subject, round, sample) => options.onSample(bench, subject, round, sample),
      })
      options.onBench({
        suite: options.name,
        name: bench.name,
        what: bench.what,
        unit: bench.unit,
        environment,
        seconds: Math.round((performance.now() - began) / 1_000),
        subjects: [...samples].map(([subject, all]) => ({
          subject,
          own: "course" in bench || subject.startsWith("millrace"),
          ...spreadOf(all.map(({ value }) => value)),
          faults: sumFaults(all),
          samples: all,
        })),
        claims: bench.claims.map((claim) => judgeClaim(claim, samples)),
      })
    }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function peersOf(bench: Bench): readonly string[] {
  return "course" in bench ? [] : [...new Set(bench.subjects.flatMap(({ peer }) => peer ?? []))]
}
