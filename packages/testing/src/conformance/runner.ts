/** What the suite needs of a test runner: vitest, node:test, jest and mocha all have it. */
export interface Runner {
  describe(name: string, body: () => void): unknown
  it(name: string, run: () => Promise<void>): unknown
}
