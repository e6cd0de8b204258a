import type { Evidence } from "./evidence.ts"
import type { Promises } from "./promises.ts"

export type Standing = "proven" | "failing" | "not-run" | "n/a" | "pure"
export type PerBackend = Readonly<Record<string, Standing>>

export interface Standings {
  readonly rows: Readonly<Record<string, PerBackend>>
  readonly lessons: Readonly<Record<string, PerBackend>>
}

export interface Missing {
  readonly id: string
  readonly backend: string
  readonly standing: Standing
  readonly says: string
}

interface Claim {
  readonly id: string
  readonly says: string
  readonly pure?: boolean
  readonly notApplicable?: Readonly<Record<string, string>>
}

/** Where every row and lesson stands on every backend, and each clause that is not shown yet. */
export function standingsOf(
  { rows, lessons }: Promises,
  evidence: readonly Evidence[],
  backends: readonly string[],
): { standings: Standings; missing: Missing[] } {
  const missing: Missing[] = []
  const judge = (claims: readonly Claim[]): PerBackend =>
    Object.fromEntries(
      backends.map((backend) => {
        const parts = claims.map((claim) => ({ claim, standing: standingOf(claim, evidence, backend) }))
        for (const { claim, standing } of parts) {
          if (!isShown(standing)) missing.push({ id: claim.id, backend, standing, says: claim.says })
        }
        return [backend, together(parts.map(({ standing }) => standing))]
      }),
    )
  const rowStandings = Object.entries(rows).map(([id, { clauses }]) => [id, judge(clauses)] as const)
  const lessonStandings = Object.entries(lessons).map(
    ([number, lesson]) => [number, judge([{ ...lesson, id: `lesson ${number}` }])] as const,
  )
  return {
    standings: { rows: Object.fromEntries(rowStandings), lessons: Object.fromEntries(lessonStandings) },
    missing,
  }
}

export function isShown(standing: Standing): boolean {
  return standing !== "failing" && standing !== "not-run"
}

function standingOf(claim: Claim, evidence: readonly Evidence[], backend: string): Standing {
  const verdicts = evidence
    .filter((test) => test.names === claim.id && (claim.pure === true || test.backend === backend))
    .map(({ verdict }) => verdict)
  if (verdicts.includes("failed")) return "failing"
  if (!verdicts.includes("passed")) return "not-run"
  if (claim.notApplicable?.[backend] !== undefined) return "n/a"
  return claim.pure === true ? "pure" : "proven"
}

/** A row counts only if each of its clauses does. */
function together(parts: readonly Standing[]): Standing {
  if (parts.includes("failing")) return "failing"
  if (parts.includes("not-run")) return "not-run"
  if (parts.every((part) => part === "pure")) return "pure"
  if (parts.every((part) => part === "n/a")) return "n/a"
  return "proven"
}
