import type { Need } from "./harness.ts"
import type { TestLog } from "./test-log.ts"

/** One promise of the contract, as a scenario on a log of its own. */
export interface Rule {
  /** A sentence with a subject; its tags in square brackets name the promises it proves. */
  readonly name: string
  readonly partitions: number
  readonly migrated: boolean
  /** What only some harnesses give: the rule is left out for the others. */
  readonly needs: Need | undefined
  run(log: TestLog): Promise<void>
}

export interface RuleOptions {
  /** Default 1: everything is in one partition, and positions alone tell what comes next. */
  readonly partitions?: number
  /** Default true. */
  readonly migrated?: boolean
  readonly needs?: Need
}

export function rule(
  name: string,
  run: Rule["run"],
  { partitions = 1, migrated = true, needs }: RuleOptions = {},
): Rule {
  return { name, partitions, migrated, needs, run }
}
