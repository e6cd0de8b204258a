import type { TestReport } from "../test-report.ts"
import type { Promises } from "./promises.ts"
import { readTags } from "./tags.ts"

export type Verdict = "passed" | "failed" | "not-run"

/** One test that names a clause (`S31.b`) or a lesson (`lesson 24`). */
export interface Evidence {
  readonly names: string
  /** The backend it ran through: the title `on sqlite` of a describe around it. */
  readonly backend?: string
  readonly verdict: Verdict
}

export function readEvidence(report: TestReport, promises: Promises): { evidence: Evidence[]; wrong: string[] } {
  const evidence: Evidence[] = []
  const wrong: string[] = []
  for (const file of report.testResults) {
    for (const { ancestorTitles, title, status } of file.assertionResults) {
      const backend = ancestorTitles.flatMap((ancestor) => /^on ([a-z-]+)$/.exec(ancestor)?.[1] ?? [])[0]
      for (const text of [...ancestorTitles, title]) {
        const tags = readTags(text, promises)
        wrong.push(...tags.wrong.map((says) => `${file.name}: "${text}": ${says}`))
        for (const names of [...tags.clauses, ...tags.lessons.map((number) => `lesson ${number}`)]) {
          evidence.push({ names, verdict: verdictOf(status), ...(backend === undefined ? {} : { backend }) })
        }
      }
    }
  }
  return { evidence, wrong: [...new Set(wrong)] }
}

function verdictOf(status: string): Verdict {
  if (status === "passed" || status === "failed") return status
  return "not-run"
}
