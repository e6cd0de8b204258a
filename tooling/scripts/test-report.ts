import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

import * as Schema from "effect/Schema"

import { repository } from "./repository.ts"

// The JSON report of the last run of all suites, as vitest writes it.

const TestResult = Schema.Struct({
  ancestorTitles: Schema.Array(Schema.String),
  title: Schema.String,
  status: Schema.String,
})
const FileResult = Schema.Struct({
  name: Schema.String,
  status: Schema.String,
  startTime: Schema.optionalKey(Schema.Finite),
  endTime: Schema.optionalKey(Schema.Finite),
  message: Schema.optionalKey(Schema.String),
  assertionResults: Schema.Array(TestResult),
})
const TestReport = Schema.Struct({
  success: Schema.Boolean,
  startTime: Schema.Finite,
  testResults: Schema.Array(FileResult),
})

export type TestResult = typeof TestResult.Type
export type FileResult = typeof FileResult.Type
export type TestReport = typeof TestReport.Type

export const testReportFile: string = join(repository, ".reports", "vitest.json")

/** Nothing when no suite has been run yet. */
export function readTestReport(file: string = testReportFile): TestReport | undefined {
  if (!existsSync(file)) return undefined
  const content: unknown = JSON.parse(readFileSync(file, "utf8"))
  return Schema.decodeUnknownSync(TestReport)(content)
}
