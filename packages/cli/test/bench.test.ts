import { deepEqual, equal, match, ok } from "node:assert/strict"
import { readdir } from "node:fs/promises"
import { dirname } from "node:path"

import { describe, it } from "vitest"

import { millrace } from "./millrace.ts"
import { stores } from "./stores.ts"

/** The table that `bench` prints, by step. */
function perSecond(text: string): ReadonlyMap<string, number> {
  const rows = [...text.matchAll(/^(\S.*?\S) {2,}(\d+) {2,}(\d+)(?: |$)/gm)]
  return new Map(rows.map(([, step = "", , rate]) => [step, Number(rate)]))
}

for (const store of stores) {
  describe(`on ${store.name}`, () => {
    it("a store is measured in a log of its own, of which nothing is left", async (test) => {
      const url = await store.url(test)
      equal((await millrace(["migrate", "--url", url])).code, 0)
      const before = await millrace(["stats", "--url", url])
      const { code, stdout, stderr } = await millrace(["bench", "--seconds", "1", "--url", url])
      deepEqual([code, stderr], [0, ""])
      const rates = perSecond(stdout)
      deepEqual(
        [...rates.keys()],
        ["append, 1 caller", "append, 64 callers", "append, 100 at once", "drain", "dispatch to handler"],
      )
      for (const [step, rate] of rates) ok(rate > 0, step)
      equal((await millrace(["stats", "--url", url])).stdout, before.stdout)
      if (store.name === "sqlite")
        deepEqual(
          (await readdir(dirname(url.slice("sqlite:".length)))).filter((name) => name.includes("bench")),
          [],
        )
    }, 300_000)
  })
}

describe("bench", () => {
  it("knows no storage of others beside whose log it could make its own", async () => {
    const { code, stderr } = await millrace(["bench", "--url", "oracle://host/db"])
    equal(code, 2)
    match(stderr, /bench knows no way to make a log of its own beside oracle/)
  })
})
