import { AssertionError } from "node:assert"

import type { AnyReactor, StoredMessage } from "@millrace/core"

import { assertMessages } from "../assert-messages.ts"
import type { AnyMessage } from "../compare-messages.ts"
import { CaseEnded } from "./case-ended.ts"
import { chainChecks } from "./chained-checks.ts"
import { checkError, type ExpectedError } from "./expected-error.ts"
import { openStage, type OpenStage, type Stage } from "./open-stage.ts"
import { isBlock, messagesOf } from "./steps.ts"

/** Messages of a step: each names its own stream. */
export interface StageStep<Next> {
  (messages: readonly AnyMessage[]): Next
  (...messages: readonly AnyMessage[]): Next
}

/** Says what the reactors produced: exactly these messages, in this order, as often; or a block that looks for itself. */
export interface StageExpectStep extends StageStep<StageExpectation> {
  (block: (stage: Stage, newMessages: readonly StoredMessage[]) => unknown): StageExpectation
}

/** A case of several reactors that is being stated. */
export interface ReactorsCase {
  /** Messages that exist and are settled already. */
  readonly given: StageStep<ReactorsCase>
  /** Messages that are dispatched now. */
  readonly when: StageStep<ReactorsCase>
  /** More of the step before. */
  readonly and: StageStep<ReactorsCase>
  readonly expect: StageExpectStep
  /** A reactor fails, with this error when one is named. */
  expectError(expected?: ExpectedError): StageExpectation
}

/** A stated case: a promise of its checks. Await it; until then more may be chained. */
export interface StageExpectation extends Promise<void> {
  readonly expect: StageExpectStep
}

/**
 * States a case of reactors that work together: `await withReactors(Order, Payment).given(…).when(…).expect((stage, newMessages) => …)`. They run
 * on a private log in memory through the real runtime, with its own batch sizes, until nothing waits. A reactor that fails fails the case.
 */
export function withReactors(...reactors: readonly AnyReactor[]): ReactorsCase {
  const given: AnyMessage[] = []
  const when: AnyMessage[] = []
  let current = given
  let stated = false

  const step =
    (call: string, messages: () => AnyMessage[]) =>
    (...named: readonly unknown[]): ReactorsCase => {
      if (stated) throw new CaseEnded(call)
      current = messages()
      current.push(...messagesOf(named, ""))
      return one
    }
  const state = (call: string): Checks => {
    if (stated) throw new CaseEnded(call)
    stated = true
    return stageChecks(() => openStage(reactors, { given, when }))
  }
  const one: ReactorsCase = {
    given: step("given", () => given),
    when: step("when", () => when),
    and: step("and", () => current),
    expect: (...named: readonly unknown[]) => state("expect").expect(...named),
    expectError: (expected) => state("expectError").expectError(expected),
  }
  return one
}

interface Checks {
  expect(...named: readonly unknown[]): StageExpectation
  expectError(expected: ExpectedError | undefined): StageExpectation
}

function stageChecks(open: () => Promise<OpenStage>): Checks {
  let opened: OpenStage | undefined
  const checks = chainChecks(async () => (opened = await open()))
  const closing = async (): Promise<void> => {
    try {
      await checks.done
    } finally {
      await opened?.close()
    }
  }
  const expect = (...named: readonly unknown[]): StageExpectation => {
    const [block] = named
    const looksItself = isBlock(block)
    const expected = looksItself ? [] : messagesOf(named, "")
    checks.add("expect", async ({ stage, errors }) => {
      if (errors.length > 0) throw errors[0]
      const newMessages = await stage.newMessages()
      if (looksItself) await block(stage, newMessages)
      else assertMessages(newMessages, expected)
    })
    return expectation
  }
  const expectation: StageExpectation = Object.assign(closing(), { expect })
  return {
    expect,
    expectError(expected) {
      checks.add("expectError", async ({ errors }) => {
        if (errors.length === 0) throw new AssertionError({ message: "expected a reactor to fail, but none did" })
        await checkError(errors[0], expected)
      })
      return expectation
    },
  }
}
