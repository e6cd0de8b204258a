import { deepEqual, equal, match, ok } from "node:assert/strict"
import { fileURLToPath } from "node:url"

import { describe, it } from "vitest"

import { millrace, program, runMillrace, type Said } from "./millrace.ts"
import { stores } from "./stores.ts"

const ORDERED = fileURLToPath(new URL("fixtures/ordered.ts", import.meta.url))
const ACCOUNTS = new URL("fixtures/accounts.ts", import.meta.url)

/** Each step is a process of its own. */
const PATIENCE_MS = 240_000

/** What doctor says of a group, in JSON. */
function findingsOf(group: string, { stdout }: Said): readonly unknown[] {
  const found: unknown = JSON.parse(stdout)
  ok(Array.isArray(found))
  return found.filter((one) => field(one, "group") === group)
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}

for (const store of stores.slice(0, 2)) {
  describe(`on ${store.name}`, () => {
    it(
      "doctor names a group whose handler does not end, who has which message in hand and how to pass over it [M1.a]",
      async (test) => {
        const url = await store.url(test)
        const on = (...args: readonly string[]) => millrace([...args, "--url", url])
        const doctor = (...args: readonly string[]) => on("doctor", "--hanging-after", "1s", ...args)
        equal((await program(ACCOUNTS, [url, "adam", "bea"])).code, 0)
        const worker = runMillrace(["run", ORDERED, "--process-name", "w1", "--url", url], { env: { HANG_AT: "adam" } })
        await worker.said("adam in hand")

        let sick = await doctor()
        // Its worker lets go of the rest first, and the message has to grow old.
        while (!sick.stdout.includes("has message")) sick = await doctor()
        match(
          sick.stdout,
          /^\?\? {2}group unnamed-order hangs: w1 has message 2 of auth in hand, recorded \d+ (s|min) ago\n {6}a handler does not end, [^\n]*millrace group skip unnamed-order 2;/m,
        )
        match(sick.stdout, /^ok {2}group unnamed-other works, lag 0$/m)
        const [hanging, ...others] = findingsOf("unnamed-order", await doctor("--json"))
        deepEqual([sick.code, field(hanging, "severity"), others], [0, "warning", []])
        match(
          JSON.stringify(field(hanging, "inHand")),
          /^\[\{"process":"w1","key":"auth","position":2,"ageMs":\d+\}\]$/,
        )
        // Who asks for older ones is told of none.
        match(
          (await on("doctor", "--hanging-after", "30d")).stdout,
          /^\?\? {2}group unnamed-order: 1 stream retries, or/m,
        )

        equal((await on("group", "skip", "unnamed-order", "2", "--yes")).code, 0)
        await worker.said("user bea")
        match((await doctor()).stdout, /^ok {2}group unnamed-order works, lag 0$/m)
      },
      PATIENCE_MS,
    )
  })
}

describe("--hanging-after", () => {
  it(
    "is a span with its unit: everything else is a wrong call [M1.b]",
    async () => {
      for (const wrong of ["5", "0s", "-1m", "soon", "1e9d"]) {
        const { code, stderr } = await millrace(["doctor", "--hanging-after", wrong])
        equal(code, 2)
        match(stderr, /is invalid\. give a span, such as 90s, 5m or 1\.5h/)
      }
    },
    PATIENCE_MS,
  )
})
