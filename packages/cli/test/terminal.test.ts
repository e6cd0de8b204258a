import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { describe, it, onTestFinished } from "vitest"

import { millrace, program } from "./millrace.ts"
import { stores } from "./stores.ts"
import { inTerminal } from "./terminal.ts"

const MAILER = fileURLToPath(new URL("fixtures/mailer.ts", import.meta.url))
const STUBBORN = fileURLToPath(new URL("fixtures/stubborn.ts", import.meta.url))
const ACCOUNTS = new URL("fixtures/accounts.ts", import.meta.url)

const CTRL_C = "\u0003"
const ENTER = "\r"
// What colours and cursors are made of.
const ESCAPE = "\u001b["
const PATIENCE_MS = 300_000

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "millrace-terminal-"))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

for (const store of stores) {
  describe(`on ${store.name}`, () => {
    it(
      "long work shows a bar, and colours are shown, in a terminal and nowhere else [M1.c]",
      async (test) => {
        const url = await store.url(test)
        equal((await program(ACCOUNTS, [url, "adam"])).code, 0)
        const shown = inTerminal(["doctor", "--url", url])
        await shown.ended
        ok(shown.screen().includes(`${ESCAPE}32mok`))
        const plain = inTerminal(["doctor", "--url", url], { env: { NO_COLOR: "1" } })
        await plain.ended
        match(plain.screen(), /^ok {2}/m)
        ok(!plain.screen().includes(ESCAPE))
        const piped = await millrace(["doctor", "--url", url], { env: { NO_COLOR: "" } })
        ok(!piped.stdout.includes(ESCAPE))

        const bench = inTerminal(["bench", "--seconds", "1", "--url", url])
        equal(await bench.ended, 0)
        match(bench.screen(), /bench \[[█░]+\] \d+% \| \d+\/3000 ms of appends/)
      },
      PATIENCE_MS,
    )
  })
}

describe("in a terminal", () => {
  it(
    "export and import show how far they are",
    async () => {
      const at = await folder()
      const url = `sqlite:${join(at, "log.db")}`
      equal((await program(ACCOUNTS, [url, "adam", "bea"])).code, 0)
      const exporting = inTerminal(["export", join(at, "log.jsonl"), "--url", url])
      equal(await exporting.ended, 0)
      match(exporting.screen(), /export \[█+\] 100% \| 3\/3 messages[^]*\n3 records, up to position 3, are in /)
      const importing = inTerminal(["import", join(at, "log.jsonl"), "--url", `sqlite:${join(at, "copy.db")}`], {
        env: { NO_COLOR: "1" },
      })
      equal(await importing.ended, 0)
      match(importing.screen(), /import \[=+\] 100% \| \d+\/\d+ bytes/)
    },
    PATIENCE_MS,
  )

  it(
    "what is dangerous asks: no changes nothing, yes goes on",
    async () => {
      const url = `sqlite:${join(await folder(), "log.db")}`
      equal((await program(ACCOUNTS, [url, "adam"])).code, 0)
      const run = inTerminal(["run", MAILER, "--process-name", "w", "--only", "mailer-log", "--url", url])
      await run.said("seen adam")
      run.type(CTRL_C)
      equal(await run.ended, 0)
      const lag = async () => /"lag": (\d+)/.exec((await millrace(["groups", "--json", "--url", url])).stdout)?.[1]
      const reset = () => inTerminal(["group", "reset", "mailer-log", "--url", url])
      for (const [answer, code, left] of [
        ["n", 4, "0"],
        ["", 4, "0"],
        ["y", 0, "1"],
      ] as const) {
        const asked = reset()
        await asked.said("Go on? [y/N]")
        asked.type(`${answer}${ENTER}`)
        deepEqual([await asked.ended, await lag()], [code, left])
      }
      const left = reset()
      await left.said("Go on? [y/N]")
      left.type(CTRL_C)
      ok((await left.ended) !== 0)
    },
    PATIENCE_MS,
  )

  it(
    "the first ctrl-c lets run finish its handler, the second ends it at once",
    async () => {
      const at = await folder()
      const url = `sqlite:${join(at, "log.db")}`
      const gate = join(at, "gate")
      equal((await program(ACCOUNTS, [url, "adam"])).code, 0)
      const run = () => inTerminal(["run", STUBBORN, "--process-name", "w", "--url", url], { env: { GATE: gate } })
      const hasty = run()
      await hasty.said("handling adam")
      hasty.type(CTRL_C)
      await hasty.said("stopping")
      hasty.type(CTRL_C)
      equal(await hasty.ended, 130)
      doesNotMatch(hasty.screen(), /handled adam/)

      const patient = run()
      await patient.said("handling adam")
      patient.type(CTRL_C)
      await patient.said("stopping")
      await writeFile(gate, "")
      equal(await patient.ended, 0)
      match(patient.screen(), /handled adam/)
      match(patient.screen(), /^millrace: works until ctrl-c, which drains; a second one stops at once\r?$/m)
    },
    PATIENCE_MS,
  )

  it(
    "tail follows the log until ctrl-c",
    async () => {
      const url = `sqlite:${join(await folder(), "log.db")}`
      equal((await program(ACCOUNTS, [url, "adam"])).code, 0)
      const tail = inTerminal(["tail", "--follow", "--url", url])
      await tail.said('{"username":"adam"}')
      equal((await program(ACCOUNTS, [url, "bea"])).code, 0)
      await tail.said('{"username":"bea"}')
      tail.type(CTRL_C)
      equal(await tail.ended, 0)
    },
    PATIENCE_MS,
  )
})
