import type { Promises } from "./promises.ts"

/** What a title names in square brackets: `[S31.b lesson 24]`. */
export interface Tags {
  readonly clauses: readonly string[]
  readonly lessons: readonly string[]
  /** Words that look like tags and name nothing, each with the reason. */
  readonly wrong: readonly string[]
}

const bracket = /\[([^[\]]*)\]/g
const tag = /^(?:([SLM]\d+)(?:\.([a-z]))?|lesson (\d+))(?:[\s,]+|$)/

export function readTags(title: string, promises: Promises): Tags {
  const clauses: string[] = []
  const lessons: string[] = []
  const wrong: string[] = []
  for (const [, content = ""] of title.matchAll(bracket)) {
    if (!/^(?:[SLM]\d|lesson\b)/.test(content)) continue
    for (let rest = content.trim(); rest !== "";) {
      const match = tag.exec(rest)
      if (match === null) {
        wrong.push(`"${rest}" is no tag: write [S12.a] or [S12.a S12.b lesson 23]`)
        break
      }
      rest = rest.slice(match[0].length)
      const [, row, letter, lesson] = match
      if (lesson !== undefined) {
        if (lesson in promises.lessons) lessons.push(lesson)
        else wrong.push(`there is no lesson ${lesson}`)
      } else if (row !== undefined) {
        const found = clauseOf(row, letter, promises)
        if (found.startsWith(`${row}.`)) clauses.push(found)
        else wrong.push(found)
      }
    }
  }
  return { clauses, lessons, wrong }
}

/** The clause's id, or a sentence that says why there is none. */
function clauseOf(row: string, letter: string | undefined, { rows }: Promises): string {
  const known = rows[row]?.clauses
  if (known === undefined) return `there is no row ${row}`
  const [only, ...others] = known
  if (letter === undefined) {
    return only !== undefined && others.length === 0
      ? only.id
      : `name a clause of ${row}: ${known.map(({ id }) => id).join(", ")}`
  }
  return known.find(({ id }) => id === `${row}.${letter}`)?.id ?? `there is no clause ${letter} in row ${row}`
}
