import { AssertionError } from "node:assert"

import type { Action } from "@millrace/core"

import { assertMessages } from "../assert-messages.ts"
import type { AnyMessage } from "../compare-messages.ts"
import { chainChecks } from "./chained-checks.ts"
import { checkError, type ExpectedError } from "./expected-error.ts"
import type { CaseRun } from "./run-case.ts"
import { isBlock, messagesOf, type Step } from "./steps.ts"

/** Says what comes out: exactly these messages, in this order, as often (none: `[]`); or a block that looks at the low-level actions. */
export interface ExpectStep extends Step<Expectation> {
  (block: (actions: readonly Action[]) => unknown): Expectation
}

/** A stated case: a promise of its checks. Await it; until then more may be chained. */
export interface Expectation extends Promise<void> {
  readonly expect: ExpectStep
  /** Like `expect`, after running sync blocks and after-commit hooks (once for a case). */
  readonly expectRun: ExpectStep
  /** More messages, behind those of the `expect` before. */
  readonly and: Step<Expectation>
  /** Handling fails, with this error when one is named. */
  expectError(expected?: ExpectedError): Expectation
}

/** A case whose checks have begun. */
export interface StatedCase {
  readonly expectation: Expectation
  /** `expect` or `expectRun` with arguments as they were given. */
  expecting(call: "expect" | "expectRun", named: readonly unknown[]): Expectation
}

/** Begins the checks of a case that `run` carries out once. */
export function stateCase(
  run: () => Promise<CaseRun>,
  at: { readonly streamId: string; readonly tx: unknown },
): StatedCase {
  const checks = chainChecks(run)
  let expected: AnyMessage[] | undefined
  let effectsRun = false

  const runEffects = async (result: CaseRun): Promise<void> => {
    if (effectsRun) return
    effectsRun = true
    await runSyncBlocks(result, at.tx)
  }
  const expecting = (call: "expect" | "expectRun", named: readonly unknown[]): Expectation => {
    const [block] = named
    const looksItself = isBlock(block)
    const messages = looksItself ? undefined : [...messagesOf(named, at.streamId)]
    checks.add(call, async (result) => {
      if (result.failed !== undefined) throw result.failed.error
      if (call === "expectRun") await runEffects(result)
      if (looksItself) await block(result.actions)
      else assertMessages(result.messages, messages ?? [])
    })
    expected = messages
    return expectation
  }
  const expectation: Expectation = Object.assign(checks.done, {
    expect: (...named: readonly unknown[]) => expecting("expect", named),
    expectRun: (...named: readonly unknown[]) => expecting("expectRun", named),
    and(...named: readonly unknown[]): Expectation {
      checks.refuseLate("and")
      if (expected === undefined)
        throw new TypeError(".and() adds messages to an .expect() of messages: there is none before it")
      expected.push(...messagesOf(named, at.streamId))
      return expectation
    },
    expectError(error?: ExpectedError): Expectation {
      checks.add("expectError", async ({ failed, messages }) => {
        if (failed !== undefined) return checkError(failed.error, error)
        const found =
          messages.length === 0 ? "nothing came out" : `out came ${messages.map(({ type }) => type).join(", ")}`
        throw new AssertionError({ message: `expected handling to fail, but it did not: ${found}` })
      })
      expected = undefined
      return expectation
    },
  })
  return { expectation, expecting }
}

async function runSyncBlocks({ works, afterCommit }: CaseRun, tx: unknown): Promise<void> {
  for (const { work, idempotencyKey } of works) {
    if (work.needsTx && tx === undefined) {
      throw new TypeError(
        "this reactor's sync block runs in the storage's transaction: give the case a handle, withReactor(R, id, { tx })",
      )
    }
    await work.run({ tx: work.needsTx ? tx : undefined, idempotencyKey })
  }
  for (const hook of afterCommit) await hook()
}
