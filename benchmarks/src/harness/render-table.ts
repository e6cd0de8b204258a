import type { Environment } from "./environment.ts"
import { figure, verdictOf } from "./judge-claim.ts"
import { type BenchRecord, isClean, type SubjectRecord } from "./record.ts"
import { environmentText } from "./report.ts"

/** The page that shows the newest results of every suite: a table each, with the claims, and what the figures rest on. */
export function resultsPage(records: readonly BenchRecord[]): string {
  const bySuite = Map.groupBy(records, ({ suite }) => suite)
  const sections = [...bySuite].map(([suite, benches]) => sectionOf(suite, benches))
  return [
    "# Results",
    "",
    "Written by `npm run bench -- --save`; what is measured and how is told [one folder up](../README.md). Medians of the rounds, lowest and highest behind them.",
    "A ratio is the median of the rounds' ratios. **Missed** bars are shown like the others.",
    "",
    ...sections,
  ].join("\n")
}

function sectionOf(suite: string, benches: readonly BenchRecord[]): string {
  const runs = new Map(benches.map((bench) => [environmentText(bench.environment), bench]))
  const newest = [...runs.keys()].toSorted().at(-1) ?? ""
  return [
    `## ${suite}`,
    "",
    `![${suite}](${suite}.svg)`,
    "",
    ...benches.flatMap((bench) => [...benchLines(bench), ""]),
    "Of the last run:",
    "",
    "```text",
    newest,
    "```",
    "",
  ].join("\n")
}

/** From this share of the processors' time on, others count as working beside a bench. */
const BUSY_FROM = 0.1

/** What others took of the machine, where it was too much. */
function othersIn({ busyBefore, loadBefore, cores }: Environment): string | undefined {
  if (busyBefore === undefined) return loadBefore > cores ? `load ${loadBefore} on ${cores} cores` : undefined
  return busyBefore > BUSY_FROM ? `${Math.round(busyBefore * 100)} % of its processors` : undefined
}

function benchLines({ name, what, unit, subjects, claims, environment }: BenchRecord): readonly string[] {
  const { at, commit, fsyncsPerSecond } = environment
  const others = othersIn(environment)
  const busy =
    others === undefined ? [] : ["", `**The machine was busy with other things (${others}): to be repeated.**`]
  return [
    `**${name}**: ${what} · ${dayAndTime(at)}, commit ${commit}, ${fsyncsPerSecond} fdatasync/s`,
    ...busy,
    "",
    `| | ${unit} | lowest–highest | lost · doubled · out of order |`,
    "|---|---:|---:|---|",
    ...subjects.map(subjectLine),
    "",
    ...claims.map(({ claim, median, min, max, interval, met }) => {
      const bar = `bar ${claim.kind === "ratio" ? "≥" : "≤"} ${claim.bar}`
      const between = interval === undefined ? "" : `, median ${figure(interval.low, 4)}–${figure(interval.high, 4)}`
      const middle = figure(median, interval === undefined ? 3 : 4)
      return `* ${claim.kind} \`${claim.name}\` **${middle}** (${bar}, ${figure(min)}–${figure(max)}${between}): ${met ? "met" : `**${verdictOf({ claim, interval, met }).toLowerCase()}**`}`
    }),
  ]
}

function subjectLine({ subject, median, min, max, faults }: SubjectRecord): string {
  const wrong = isClean(faults) ? "0" : `**${faults.lost} · ${faults.doubled} · ${faults.outOfOrder}**`
  return `| ${subject} | ${figure(median)} | ${figure(min)}–${figure(max)} | ${wrong} |`
}

function dayAndTime(at: string): string {
  return at.slice(0, "2026-01-01T12:00".length).replace("T", " ")
}
