import type { Environment } from "./environment.ts"
import { claimLine, figure } from "./judge-claim.ts"
import type { BenchRecord, SubjectRecord } from "./record.ts"
import { quantile } from "./statistics.ts"

/** What a figure rests on, in three lines. */
export function environmentText(it: Environment): string {
  const named = (facts: Readonly<Record<string, string>>) =>
    Object.entries(facts).map(([name, value]) => `${name} ${value}`)
  return [
    `${it.cores} × ${it.cpu} · ${it.memoryGiB} GiB · ${it.kernel} · ${it.fsyncsPerSecond} fdatasync/s · ${it.busyBefore === undefined ? `load ${it.loadBefore}` : `${Math.round(it.busyBefore * 100)} % taken by others`}`,
    [`node ${it.node}`, ...named(it.storage), ...named(it.peers)].join(" · "),
    `commit ${it.commit} · seed ${it.seed} · ${it.at} · ${it.command}`,
  ].join("\n")
}

/** A bench with its subjects and the lines of its claims. */
export function benchText({ suite, name, what, unit, subjects, claims, seconds }: BenchRecord): string {
  const width = Math.max(...subjects.map(({ subject }) => subject.length))
  return [
    `\n${suite} ${name}: ${what} (${unit}, median of ${subjects[0]?.samples.length ?? 0} rounds, ${seconds} s)`,
    ...subjects.map((subject) => `  ${subject.subject.padEnd(width)} ${subjectText(subject)}`),
    ...claims.map(claimLine),
  ].join("\n")
}

function subjectText({ median, min, max, faults, samples }: SubjectRecord): string {
  const spread = `${figure(median).padStart(8)} · ${figure(min)}–${figure(max)}`
  const correct = `lost ${faults.lost} · doubled ${faults.doubled} · out of order ${faults.outOfOrder}`
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.facts)))]
  const facts = names.map((name) => {
    const values = samples.flatMap((sample) => sample.facts[name] ?? []).toSorted((a, b) => a - b)
    return `${name} ${figure(quantile(values, 0.5))}`
  })
  return [spread, correct, ...facts].join(" · ")
}
