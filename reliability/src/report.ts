import Table from "cli-table3"

import { type Finding, kinds } from "./audit/findings.ts"
import type { Outcome } from "./chaos.ts"
import type { ChaosOptions } from "./options.ts"
import { faultKinds } from "./plan/fault-kinds.ts"

/** Findings of a kind that are told in full. */
const MOST_TOLD = 20

/** Of the times in which nothing was settled, so many are told. */
const GAPS_TOLD = 5

/** A run as people read it, line by line. */
export function report(options: ChaosOptions, outcome: Outcome): readonly string[] {
  const { injected, skipped, findings, evidence, settings, answers, gaps } = outcome
  const table = new Table({ style: { head: [], border: [], compact: true } })
  const faults = faultKinds.flatMap((kind) => (injected.has(kind) ? [[kind, String(injected.get(kind) ?? 0)]] : []))
  const all = [...injected.values()].reduce((sum, count) => sum + count, 0)
  const found = kinds.map((kind) => [kind, findings.filter((finding) => finding.kind === kind).length] as const)
  table.push(
    ["storage", `${options.backend} (${settings})`],
    ["seed", String(options.seed)],
    ["faults for", `${(options.lengthMs / 1_000).toFixed(0)} s`],
    ["faults", String(all)],
    ...faults.map(([kind, count]) => [`  ${kind}`, count]),
    ["messages", String(evidence.messages.length)],
    ["  acknowledged to clients", String(answers.stored)],
    ["  refused", String(answers.refused)],
    ["  answered by nobody", String(answers.unknown)],
    ...found
      .filter(([kind, count]) => count > 0 || kind === "lost" || kind === "doubled" || kind === "reordered")
      .map(([kind, count]) => [kind, String(count)]),
    ["longest unavailability", seconds(gaps[0]?.ms ?? 0)],
  )
  const still = options.tell ? gaps.slice(0, GAPS_TOLD) : []
  const told = still.map(({ ms, fromMs }) => `nothing was settled for ${seconds(ms)} from ${seconds(fromMs)} on`)
  return [table.toString(), ...told, ...skipped.map((what) => `skipped: ${what}`), ...tellFindings(options, findings)]
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

function tellFindings(
  { backend, seed, lengthMs, only }: ChaosOptions,
  findings: readonly Finding[],
): readonly string[] {
  if (findings.length === 0) return ["nothing is lost, doubled or out of order, and nothing is left behind"]
  const lines = [`seed ${seed}: ${findings.length} findings`]
  for (const [kind, found] of Map.groupBy(findings, (finding) => finding.kind)) {
    lines.push(...found.slice(0, MOST_TOLD).map(({ says }) => `  ${kind}: ${says}`))
    if (found.length > MOST_TOLD) lines.push(`  ${kind}: and ${found.length - MOST_TOLD} more`)
  }
  const those = only.map((kind) => ` --only "${kind}"`).join("")
  const again = `npm run chaos -- --backend ${backend} --seconds ${lengthMs / 1_000} --seed ${seed}${those}`
  return [...lines, `${again} makes the same faults again`]
}
