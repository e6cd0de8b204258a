import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { describe, it, onTestFinished } from "vitest"

import { millrace, program, runMillrace } from "./millrace.ts"
import { stores } from "./stores.ts"

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

/** Each step is a process of its own. */
const PATIENCE_MS = 480_000

for (const store of stores) {
  describe(`on ${store.name}`, () => {
    it(
      "schemas are dumped, and a change is checked against them before it is released [L12.b]",
      async (test) => {
        const url = await store.url(test)
        const on = (...args: readonly string[]) => millrace(["schema", ...args, "--url", url])
        const mailer = runMillrace(["run", fixture("mailer.ts"), "--process-name", "worker1", "--url", url])
        await mailer.said("mailer worker1 works")
        equal((await program(new URL("fixtures/accounts.ts", import.meta.url), [url, "adam"])).code, 0)
        mailer.process.kill("SIGTERM")
        await mailer.ended

        const dumped = await on("dump", "auth", "--history")
        equal(dumped.code, 0, dumped.stderr)
        match(dumped.stdout, /"version": 1,\n +"service": "accounts"/)
        const folder = await mkdtemp(join(tmpdir(), "millrace-schema-"))
        onTestFinished(() => rm(folder, { recursive: true }))
        await writeFile(join(folder, "auth.json"), dumped.stdout)
        const same = await on("check", join(folder, "auth.json"))
        deepEqual([same.code, same.stdout], [0, "ok  auth: as published\n"])

        const next = await on("check", fixture("auth-next.ts"))
        equal(next.code, 1)
        match(next.stdout, /^!! {2}auth\.user_created email: in stored events it is missing$/m)
        match(next.stdout, /listeners: mailer-log, mailer-welcome$/m)
        const json = await on("check", fixture("auth-next.ts"), "--json")
        equal(json.code, 1)
        match(json.stdout, /"groups": \[\n +"mailer-log",\n +"mailer-welcome"/)

        const strange = await on("dump", "nobody")
        equal(strange.code, 3)
        match(strange.stderr, /there is auth, mail/)
      },
      PATIENCE_MS,
    )
  })
}

describe("schema check", () => {
  it("says what it wants of a file", async () => {
    const none = await millrace(["schema", "check", "nowhere.ts", "--url", "sqlite:nowhere.db"])
    deepEqual([none.code, none.stdout], [2, ""])
    match(none.stderr, /there is no file nowhere\.ts/)
    const empty = await millrace(["schema", "check", fixture("say.ts"), "--url", "sqlite:nowhere.db"])
    deepEqual([empty.code, empty.stdout], [2, ""])
    match(empty.stderr, /holds no APIs/)
  })
})
