import { CaseEnded } from "./case-ended.ts"

/** Checks that run one after another once the turn that chained them is over. */
export interface ChainedChecks<Result> {
  /** Rejects with the first check that fails. */
  readonly done: Promise<void>
  /** Adds a check. Throws `CaseEnded` when they have begun. */
  add(call: string, check: (result: Result) => void | Promise<void>): void
  /** Throws `CaseEnded` when the checks have begun. */
  refuseLate(call: string): void
}

/** Runs the case once, in the turn after the one that chained its checks, and then each check on what came out. */
export function chainChecks<Result>(run: () => Promise<Result>): ChainedChecks<Result> {
  const checks: ((result: Result) => void | Promise<void>)[] = []
  let begun = false
  const refuseLate = (call: string): void => {
    if (begun) throw new CaseEnded(call)
  }
  const go = async (): Promise<void> => {
    await Promise.resolve() // chained calls come first
    begun = true
    const result = await run()
    for (const check of checks) await check(result)
  }
  return {
    done: go(),
    refuseLate,
    add(call, check) {
      refuseLate(call)
      checks.push(check)
    },
  }
}
