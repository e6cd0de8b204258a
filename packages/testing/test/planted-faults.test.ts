import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { describe, it } from "vitest"

import { allRules, backendConformance, type Harness, type Rule, runRule } from "../src/conformance/index.ts"
import { memoryHarness } from "./conformance/memory-harness.ts"
import { allFaults } from "./faults/all-faults.ts"
import type { Fault } from "./faults/fault.ts"

const rules = allRules.flatMap((group) => group.rules)

/** The one rule whose name begins so. */
function ruleOf(beginning: string): Rule {
  const [found, ...others] = rules.filter((rule) => rule.name.startsWith(beginning))
  if (found === undefined || others.length > 0)
    throw new Error(`${others.length + (found === undefined ? 0 : 1)} rules begin with "${beginning}": name one`)
  return found
}

/** Memory, or what it is changed into where it lacks what a rule needs; with a defect or without. */
function harnessOf(sound: Fault["sound"], alter: Fault["alter"] = (backend) => backend): Harness {
  if (sound === undefined) return memoryHarness(alter)
  return { ...memoryHarness((backend, clock) => alter(sound(backend, clock), clock)), lacks: [] }
}

describe("the conformance suite", () => {
  for (const { of, faults } of allFaults) {
    describe(`planted faults of ${of}`, () => {
      for (const { name, caughtBy, alter, sound } of faults) {
        it(`the rule named for it catches: ${name} [S54.c lesson 47]`, async () => {
          const rule = ruleOf(caughtBy)
          await runRule(rule, harnessOf(sound))
          // A fault that only crashes proves nothing of the rule.
          await rejects(runRule(rule, harnessOf(sound, alter)), (error) => !(error instanceof TypeError))
        })
      }
    })
  }

  it("holds at least forty planted faults, no two of one name [S54.c lesson 47]", () => {
    const names = allFaults.flatMap(({ faults }) => faults.map(({ name }) => name))
    equal(new Set(names).size, names.length)
    ok(names.length >= 40)
  })

  it("names each of its rules once, in a sentence [S54.b]", () => {
    const names = rules.map(({ name }) => name.replace(/ *\[[^\]]*\]$/, ""))
    equal(new Set(names).size, names.length)
    for (const name of names) ok(name.split(" ").length >= 5, `"${name}" is no sentence`)
  })

  it("fails when no rule of it ran [S54.c lesson 47]", async () => {
    const tests = collect([], memoryHarness())
    equal(tests.length, 1)
    for (const { run } of tests) await rejects(run, /no rule ran/)
  })

  it("leaves out a rule that needs what the harness lacks, and no other [lesson 47]", async () => {
    const ran = new Set(collect(allRules, memoryHarness()).map(({ name }) => name))
    deepEqual(
      rules.filter(({ name }) => !ran.has(name)).map(({ needs }) => needs),
      ["persistence", "persistence"],
    )
    const every = new Set(collect(allRules, { ...memoryHarness(), lacks: [] }).map(({ name }) => name))
    ok(rules.every(({ name }) => every.has(name)))
    const stated = ruleOf("capabilities state what the storage can do")
    await rejects(runRule(stated, { ...memoryHarness(), lacks: [] }), /the harness lacks persistence/)
  })

  it("fails when a rule needs a clock that can be set back, and the harness gives none and does not say so [lesson 47]", async () => {
    const harness = memoryHarness()
    const standing: Harness = {
      ...harness,
      async open(options) {
        const { setBack: _setBack, ...log } = await harness.open(options)
        return log
      },
    }
    await rejects(
      runRule(ruleOf("extend never shortens a lease though the storage's clock"), standing),
      /gives no setBack/,
    )
  })

  it("fails when a deviation is declared for a rule that is kept, or that does not exist [lesson 47]", async () => {
    const kept = ruleOf("append lets one of many first writers in")
    const only = [{ subject: "one", rules: [kept] }]
    const deviations = { [kept.name]: "declared without need", "no such rule": "a typing error" }
    const [deviating, itself] = collect(only, { ...memoryHarness(), deviations })
    await rejects(async () => deviating?.run(), /take its deviation/)
    await rejects(async () => itself?.run(), /no such rule/)
  })

  it("accepts a declared deviation that really fails, and gives it no credit for what its rule proves [lesson 47]", async () => {
    const broken = ruleOf("append lets one of many first writers in")
    const [fault] = allFaults.flatMap(({ faults }) => faults.filter(({ caughtBy }) => broken.name.startsWith(caughtBy)))
    ok(fault !== undefined)
    const only = [{ subject: "one", rules: [broken] }]
    const [deviating] = collect(only, { ...memoryHarness(fault.alter), deviations: { [broken.name]: "known" } })
    await deviating?.run()
    ok(deviating?.name.startsWith("declared deviation: ") === true && !deviating.name.includes("["))
  })
})

interface Collected {
  readonly name: string
  readonly run: () => Promise<void>
}

/** What the suite declares, without running it. */
function collect(
  groups: Parameters<typeof backendConformance>[2] & {},
  harness: Parameters<typeof backendConformance>[1],
): readonly Collected[] {
  const tests: Collected[] = []
  backendConformance(
    { describe: (_name, body) => body(), it: (name, run) => void tests.push({ name, run }) },
    harness,
    groups,
  )
  return tests
}
