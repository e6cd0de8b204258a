import { readFileSync } from "node:fs"

import * as Schema from "effect/Schema"

// What Millrace promises: rows fall into clauses, and tests name clauses. Lessons are defects that must not come back.

const Clause = Schema.Struct({
  id: Schema.String,
  says: Schema.String,
  /** Touches no storage, so one passing test anywhere proves it for every backend. */
  pure: Schema.optionalKey(Schema.Boolean),
  /** Backends that cannot keep it, with the reason; there a test of the refusal names the clause. */
  notApplicable: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
})
const Rows = Schema.Record(Schema.String, Schema.Struct({ part: Schema.String, clauses: Schema.Array(Clause) }))
const Lessons = Schema.Record(
  Schema.String,
  Schema.Struct({ says: Schema.String, pure: Schema.optionalKey(Schema.Boolean) }),
)

export type Clause = typeof Clause.Type
export interface Promises {
  readonly rows: typeof Rows.Type
  readonly lessons: typeof Lessons.Type
}

export function readPromises(): Promises {
  return {
    rows: Schema.decodeUnknownSync(Rows)(readJson("../../rows/features.json")),
    lessons: Schema.decodeUnknownSync(Lessons)(readJson("../../rows/lessons.json")),
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"))
}
