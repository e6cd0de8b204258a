import type { Environment } from "./environment.ts"
import { claimLine, figure } from "./judge-claim.ts"
import type { BenchResult, SubjectResult, SuiteResult } from "./run-suite.ts"
import { quantile } from "./statistics.ts"

/** What a figure rests on, in two lines. */
export function environmentText(it: Environment): string {
  return [
    `${it.cores} × ${it.cpu} · ${it.memoryGiB} GiB · ${it.kernel} · ${it.fsyncsPerSecond} fdatasync/s · load ${it.loadBefore}`,
    `node ${it.node} · sqlite ${it.sqlite} · commit ${it.commit} · seed ${it.seed} · ${it.at} · ${it.command}`,
  ].join("\n")
}

/** A bench with its subjects and the lines of its claims. */
export function benchText({ bench, subjects, claims }: BenchResult): string {
  const width = Math.max(...subjects.map(({ subject }) => subject.length))
  return [
    `\n${bench.name}: ${bench.what} (${bench.unit}, median of ${subjects[0]?.samples.length ?? 0} rounds)`,
    ...subjects.map((subject) => `  ${subject.subject.padEnd(width)} ${subjectText(subject)}`),
    ...claims.map(claimLine),
  ].join("\n")
}

function subjectText({ median, min, max, faults, samples }: SubjectResult): string {
  const spread = `${figure(median).padStart(8)} · ${figure(min)}–${figure(max)}`
  const correct = `lost ${faults.lost} · doubled ${faults.doubled} · out of order ${faults.outOfOrder}`
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.facts)))]
  const facts = names.map((name) => {
    const values = samples.flatMap((sample) => sample.facts[name] ?? []).toSorted((a, b) => a - b)
    return `${name} ${figure(quantile(values, 0.5))}`
  })
  return [spread, correct, ...facts].join(" · ")
}

/** The same for machines. */
export function suiteJson({ environment, seconds, benches }: SuiteResult): string {
  const lines = benches.map(({ bench, subjects, claims }) => ({
    name: bench.name,
    what: bench.what,
    unit: bench.unit,
    subjects,
    claims: claims.map(({ claim, median, min, max, met }) => ({ ...claim, value: median, min, max, met })),
  }))
  return JSON.stringify({ environment, seconds, benches: lines }, undefined, 2)
}
