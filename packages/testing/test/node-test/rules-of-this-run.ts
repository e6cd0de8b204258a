import { allRules, type RuleGroup } from "@millrace/testing/conformance"

/** Of the parts of the suite, one in so many is tried beside the whole suite in our own runner. */
const PICKED = 3

/** The parts of the suite that a run tries in another runner on a storage where each rule takes long: all in deep runs, else a third, which the seed picks. */
export function rulesOfThisRun(seed = Number(process.env["MILLRACE_SEED"])): readonly RuleGroup[] {
  if (process.env["MILLRACE_DEEP"] === "1") return allRules
  return allRules.filter((_, at) => (at + seed) % PICKED === 0)
}
