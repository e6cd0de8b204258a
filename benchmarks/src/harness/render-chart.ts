import { figure } from "./judge-claim.ts"
import type { BenchRecord, SubjectRecord } from "./record.ts"

const WIDTH = 760
const BAR = 14
const LINE = 19
const HEAD = 24
const GAP = 10
const LABEL = 170
const LONGEST = WIDTH - LABEL - 90

/** Bars for each bench of a suite: each bench to its own scale, the longest bar its largest figure. Courses and limits are left to the table. */
export function chartOf(records: readonly BenchRecord[]): string {
  const shown = records.filter(
    ({ subjects, claims }) => subjects.length > 1 && claims.some(isRatio) && !isCourse(subjects),
  )
  let y = GAP
  const parts: string[] = []
  for (const record of shown) {
    parts.push(text(8, y + HEAD / 2, `${record.name} · ${record.unit}`, "head"))
    y += HEAD
    const largest = Math.max(...record.subjects.map(({ median }) => median))
    for (const subject of record.subjects) {
      parts.push(barOf(subject, y, largest))
      y += LINE
    }
    y += GAP
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img">`,
    "<style>text{font:12px system-ui,sans-serif;fill:#57606a}.head{font-weight:600;fill:#24292f}.own{fill:#24292f;font-weight:600}</style>",
    `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n")
}

function barOf({ subject, own, median, faults }: SubjectRecord, y: number, largest: number): string {
  const length = Math.max(1, Math.round((LONGEST * median) / largest))
  const fill = own ? "#0969da" : subject === "twin" ? "#8c959f" : "#d0d7de"
  const wrong = faults.lost + faults.doubled + faults.outOfOrder
  const note = wrong === 0 ? "" : ` (${wrong} lost, doubled or out of order)`
  return [
    text(8, y + BAR / 2, subject, own ? "own" : ""),
    `<rect x="${LABEL}" y="${y}" width="${length}" height="${BAR}" rx="2" fill="${fill}"/>`,
    text(LABEL + length + 6, y + BAR / 2, figure(median) + note, own ? "own" : ""),
  ].join("")
}

function text(x: number, y: number, words: string, kind: string): string {
  return `<text x="${x}" y="${y}" dominant-baseline="central"${kind === "" ? "" : ` class="${kind}"`}>${words}</text>`
}

function isRatio({ claim }: BenchRecord["claims"][number]): boolean {
  return claim.kind === "ratio"
}

function isCourse(subjects: readonly SubjectRecord[]): boolean {
  return subjects.every(({ own }) => own)
}
