/** What the suite needs of a test runner: vitest, node:test, jest and mocha all have it. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, run: () => Promise<void>) => unknown
}
