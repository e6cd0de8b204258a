import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { describe, it, onTestFinished } from "vitest"

import { millrace, program, runMillrace, type Said } from "./millrace.ts"

const GATHERING = fileURLToPath(new URL("fixtures/gathering.ts", import.meta.url))
const ACCOUNTS = new URL("fixtures/accounts.ts", import.meta.url)

/** Each step is a process of its own. */
const PATIENCE_MS = 240_000

const inHand = ({ stdout }: Said): readonly string[] => stdout.split("\n").filter((line) => line.endsWith(" in hand"))

describe("on sqlite", () => {
  it(
    "a process has as many handlers in hand at once as --concurrency says, and leaves the rest to others [L11.a M1.a]",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "millrace-concurrency-"))
      onTestFinished(() => rm(folder, { recursive: true }))
      const url = `sqlite:${join(folder, "log.db")}`
      const gate = join(folder, "gate")
      const run = (name: string, concurrency: number) => {
        const how = ["--process-name", name, "--concurrency", String(concurrency), "--url", url]
        return runMillrace(["run", GATHERING, ...how], { env: { GATE: gate } })
      }
      equal((await program(ACCOUNTS, [url, "adam"])).code, 0)

      const two = run("two", 2)
      await two.said("2 in hand")
      // All the while that the next one takes to start, the other three groups' messages wait for anybody who is free.
      const three = run("three", 3)
      await Promise.race([three.said("3 in hand"), two.said("3 in hand")])
      await writeFile(gate, "")
      for (const one of [two, three]) one.process.kill("SIGTERM")

      const [ofTwo, ofThree] = [await two.ended, await three.ended]
      deepEqual([ofTwo.code, ofThree.code], [0, 0], ofTwo.stderr + ofThree.stderr)
      deepEqual(inHand(ofTwo), ["1 in hand", "2 in hand"])
      deepEqual(inHand(ofThree), ["1 in hand", "2 in hand", "3 in hand"])
    },
    PATIENCE_MS,
  )
})

describe("--concurrency", () => {
  it(
    "is a whole number from 1: everything else is a wrong call, told before anything is loaded [M1.b]",
    async () => {
      for (const wrong of ["0", "-1", "1.5", "abc", ""]) {
        const { code, stdout, stderr } = await millrace(["run", "not-there.ts", "--concurrency", wrong])
        deepEqual([code, stdout], [2, ""], wrong)
        match(stderr, /'--concurrency <n>' argument '.*' is invalid\. give a whole number from 1/)
      }
    },
    PATIENCE_MS,
  )
})
