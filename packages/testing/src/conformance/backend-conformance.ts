import { equal, fail, ok } from "node:assert/strict"

import { allRules, type RuleGroup, rulesFor } from "./all-rules.ts"
import type { Harness } from "./harness.ts"
import type { Rule } from "./rule.ts"
import type { Runner } from "./runner.ts"
import { withTestLog } from "./test-log.ts"

/**
 * Declares the suite of every backend with the test runner given: one test per rule, grouped by the contract's methods. A rule listed
 * that needs what the harness lacks is left out. One listed in `deviations` runs too and must fail; a deviation that names no rule, or a suite in which no rule ran, is a failure.
 */
export function backendConformance(
  { describe, it }: Runner,
  harness: Harness,
  groups: readonly RuleGroup[] = allRules,
): void {
  let ran = 0
  describe(`${harness.name} keeps the backend contract`, () => {
    for (const { subject, rules } of rulesFor(harness, groups)) {
      describe(subject, () => {
        for (const rule of rules) {
          it(titleOf(rule, harness), async () => {
            ran += 1
            await runRule(rule, harness)
          })
        }
      })
    }
    describe("the suite itself", () => {
      it("ran at least one rule, and every deviation names one [lesson 47]", async () => {
        ok(ran > 0, "no rule ran: an empty suite proves nothing")
        const known = new Set(groups.flatMap(({ rules }) => rules.map((rule) => rule.name)))
        const unknown = Object.keys(harness.deviations ?? {}).filter((name) => !known.has(name))
        equal(unknown.join("\n"), "", "these deviations name no rule of the suite: take them out")
      })
    })
  })
}

/** Runs one rule on a log of its own. A rule declared as a deviation must fail. */
export async function runRule(rule: Rule, harness: Harness): Promise<void> {
  const reason = harness.deviations?.[rule.name]
  if (reason === undefined) return withTestLog(harness, rule, (log) => rule.run(log))
  let held = false
  try {
    await withTestLog(harness, rule, (log) => rule.run(log))
    held = true
  } catch {
    // As declared.
  }
  if (held) fail(`${harness.name} keeps this rule: take its deviation ("${reason}") out`)
}

/** A deviation proves nothing: its title carries no tags. */
function titleOf(rule: Rule, harness: Harness): string {
  const reason = harness.deviations?.[rule.name]
  return reason === undefined
    ? rule.name
    : `declared deviation: ${rule.name.replaceAll(/ *\[[^\]]*\]/g, "")}: ${reason}`
}
