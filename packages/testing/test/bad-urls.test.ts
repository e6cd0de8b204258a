import { equal, match, ok } from "node:assert/strict"
import { inspect } from "node:util"

import { type Backend, openBackend } from "@millrace/core"
import fc from "fast-check"
import { describe, it } from "vitest"

import { ONCE_WRONG, SECRET, url } from "./urls-by-chance.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const URLS = deep ? 5_000 : 100
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** What a log shows of an error: its own words, its stack, its fields and its causes. */
const shown = (error: unknown): string =>
  [inspect(error, { depth: 12, showHidden: true }), JSON.stringify(error), String(error)].join("\n")

/** Refused with a code, and without the password. */
function isCoded(error: unknown, given: string): void {
  ok(
    error instanceof Error && "code" in error && typeof error.code === "string",
    `not an error of ours: ${shown(error)}`,
  )
  match(error.code, /^[a-z][a-z-]*$/, `not a code of ours: ${shown(error)}`)
  // Behind `sqlite:` stands the name of a file.
  if (given.startsWith("sqlite:") && !given.includes("://")) return
  ok(!shown(error).includes(SECRET), `the password is shown: ${shown(error)}`)
}

/** Whether a call may go out: names of hosts would have to be looked up, and Redis is asked again for ten seconds. */
const isLocal = (given: string): boolean =>
  given.includes("@127.0.0.1:") && !given.startsWith("mongodb+srv") && (deep || !given.startsWith("redis"))

describe("a URL made by chance", () => {
  it("is opened, or refused with a code; its password is never shown", { timeout: TIMEOUT_MS }, async () => {
    let tries = 0
    await fc.assert(
      fc.asyncProperty(url, async (given) => {
        tries += 1
        let backend: Backend
        try {
          backend = await openBackend(given)
        } catch (error) {
          isCoded(error, given)
          return
        }
        try {
          if (isLocal(given) && !given.startsWith("sqlite")) await backend.read({ from: "log", limit: 1 })
        } catch (error) {
          isCoded(error, given)
        } finally {
          await backend.close()
        }
      }),
      { seed, numRuns: URLS, examples: ONCE_WRONG.map((one) => [one]) },
    )
    equal(tries, URLS)
  })
})
