import { deepEqual, equal, match } from "node:assert/strict"

import type { Backend, Risk } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { event } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { type Rule, rule } from "../rule.ts"

/** What a backend tells of its server's dangers: on most servers, that there are none. */
export const riskRules: readonly Rule[] = [
  rule("risks name each danger once, and what to do about it, in a line of words each", async ({ backend }) => {
    await readAll(backend)
    const risks = risksOf(backend)
    for (const text of risks.flatMap(({ what, remedy }) => [what, remedy])) match(text, LINE_OF_WORDS)
    equal(new Set(risks.map(({ what }) => what)).size, risks.length, "a danger is named twice")
  }),

  rule(
    "risks are the same for each backend object that has reached the log, and stay while nothing changes on its server",
    async ({ backend, reopen }) => {
      await readAll(backend)
      const told = risksOf(backend)
      await store(backend, event("a"))
      deepEqual(risksOf(backend), told)
      const other = await reopen()
      await readAll(other)
      deepEqual(risksOf(other), told)
    },
  ),
]

/** As a table or a list shows it: at least three words, nothing around them. */
const LINE_OF_WORDS = /^\S+(?: \S+){2,}$/

function risksOf({ capabilities: { risks = [] } }: Backend): readonly Risk[] {
  return risks
}
