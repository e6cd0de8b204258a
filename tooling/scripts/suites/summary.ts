import { relative, sep } from "node:path"

import type { FileResult, TestReport } from "../test-report.ts"

export interface Suite {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly seconds: number
}

export interface Summary {
  readonly suites: readonly Suite[]
  /** What is wrong beyond failed tests: each counts as a failure. */
  readonly empty: readonly string[]
}

/** A run by suite. A suite without a test that ran, and a file without one, is a failure. */
export function summarise(report: TestReport, root: string, folders: readonly string[]): Summary {
  const pathOf = (file: FileResult) => relative(root, file.name).split(sep).join("/")
  const suites = folders.map((folder) => {
    const files = report.testResults.filter((file) => pathOf(file).startsWith(`${folder}/`))
    return suiteOf(folder, files)
  })
  const emptyFiles = report.testResults.filter((file) => !file.assertionResults.some(hasRun)).map(pathOf)
  const emptySuites = suites.filter(({ passed, failed }) => passed + failed === 0).map(({ name }) => name)
  return {
    suites,
    empty: [...emptySuites.map((name) => `${name}: no test ran`), ...emptyFiles.map((path) => `${path}: no test ran`)],
  }
}

function suiteOf(name: string, files: readonly FileResult[]): Suite {
  const tests = files.flatMap(({ assertionResults }) => assertionResults)
  const count = (status: string) => tests.filter((test) => test.status === status).length
  const passed = count("passed")
  const failed = count("failed")
  const milliseconds = files.reduce((sum, { startTime = 0, endTime = startTime }) => sum + endTime - startTime, 0)
  return { name, passed, failed, skipped: tests.length - passed - failed, seconds: milliseconds / 1000 }
}

function hasRun({ status }: { readonly status: string }): boolean {
  return status === "passed" || status === "failed"
}
