import type { Names } from "../names.ts"
import { withNames } from "../statement.ts"
import { migrations } from "./index.ts"

/** The statements that remove what the migrations have made, last made first. Indexes go with their tables. */
export function dropsOf(names: Names): readonly string[] {
  const made = migrations.flatMap(({ statements }) => statements)
  const drops = made.flatMap((statement) => {
    const found = /^CREATE (TABLE|FUNCTION) (\{[a-z_]+\})/.exec(statement)
    return found === null ? [] : [`DROP ${found[1] ?? ""} IF EXISTS ${found[2] ?? ""}`]
  })
  return [...new Set(drops)].toReversed().map((statement) => withNames(statement, names))
}
