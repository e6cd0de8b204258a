import { type AnyReactor, type Logger, PROJECTION, registrationOf } from "@millrace/core"

import type { AnyMessage } from "../compare-messages.ts"
import { CaseEnded } from "./case-ended.ts"
import { type Expectation, type ExpectStep, stateCase, type StatedCase } from "./expectation.ts"
import type { ExpectedError } from "./expected-error.ts"
import { runCase } from "./run-case.ts"
import { messagesOf, type Step } from "./steps.ts"

/** What a case may know beside its messages. */
export interface CaseOptions {
  /** The handle that sync blocks with a `tx` get. */
  readonly tx?: unknown
  /** Hands the messages over as replayed. Default false. */
  readonly replaying?: boolean
  /** Which try this is. Default 1. */
  readonly attempt?: number
  readonly logger?: Logger
}

/** A case that is being stated. */
export interface ReactorCase {
  /** Messages that exist already: history. Handled themselves where the case has no `when`. */
  readonly given: Step<ReactorCase>
  /** Messages that are handled now. */
  readonly when: Step<ReactorCase>
  /** More of the step before. */
  readonly and: Step<ReactorCase>
  readonly expect: ExpectStep
  /** Like `expect`, after running sync blocks and after-commit hooks. */
  readonly expectRun: ExpectStep
  /** Handling fails, with this error when one is named. */
  expectError(expected?: ExpectedError): Expectation
}

/** States a case of one reactor: `await withReactor(Cart, "cart-1").given(…).when(AddItem, {…}).expect(ItemAdded, {…})`. Nothing is stored anywhere. */
export function withReactor(reactor: AnyReactor, streamId: string, options: CaseOptions = {}): ReactorCase {
  const given: AnyMessage[] = []
  const when: AnyMessage[] = []
  let current = given
  let stated = false

  const step =
    (call: string, messages: () => AnyMessage[]) =>
    (...named: readonly unknown[]): ReactorCase => {
      if (stated) throw new CaseEnded(call)
      current = messages()
      current.push(...messagesOf(named, streamId))
      return one
    }
  const state = (call: string): StatedCase => {
    if (stated) throw new CaseEnded(call)
    stated = true
    const { replaying = false, attempt = 1, logger } = options
    const input = { given, when, replaying, attempt, logger, projects: PROJECTION in reactor }
    return stateCase(() => runCase(registrationOf(reactor), input), { streamId, tx: options.tx })
  }
  const one: ReactorCase = {
    given: step("given", () => given),
    when: step("when", () => when),
    and: step("and", () => current),
    expect: (...named: readonly unknown[]) => state("expect").expecting("expect", named),
    expectRun: (...named: readonly unknown[]) => state("expectRun").expecting("expectRun", named),
    expectError: (expected) => state("expectError").expectation.expectError(expected),
  }
  return one
}
