import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { describe, it, onTestFinished } from "vitest"

import { millrace, program, runMillrace, type Said } from "./millrace.ts"
import { stores } from "./stores.ts"

const ORDERED = fileURLToPath(new URL("fixtures/ordered.ts", import.meta.url))
const ACCOUNTS = new URL("fixtures/accounts.ts", import.meta.url)

/** Each step is a process of its own. */
const PATIENCE_MS = 480_000

/** Few events at a time, one order for the API, and which file to run. */
const CONFIG = `
app: ${ORDERED}
apis:
  default:
    event_transport:
      redis: { batch_size: 1, stream_use: per_api }
`

function users(from: number, upto: number): readonly string[] {
  return Array.from({ length: upto - from + 1 }, (_, index) => `u${from + index}`)
}

function saidUsers({ stdout }: Said): readonly string[] {
  return stdout.split("\n").filter((line) => /^(user|other) /.test(line))
}

for (const store of stores) {
  describe(`on ${store.name}`, () => {
    it(
      "a single named worker handles a service's events in order, killed and started again in between [L11.a L11.b]",
      async (test) => {
        const url = await store.url(test)
        const folder = await mkdtemp(join(tmpdir(), "millrace-one-worker-"))
        onTestFinished(() => rm(folder, { recursive: true }))
        const config = join(folder, "service.yaml")
        await writeFile(config, CONFIG)
        const names = ["--service-name=example_service", "--process-name=worker", `--config=${config}`]
        const run = (env: Readonly<Record<string, string>> = {}) =>
          runMillrace(["run", ...names, "--skip", "example_service-other", "--url", url], { env })
        const fire = async (from: number, upto: number) =>
          equal((await program(ACCOUNTS, [url, ...users(from, upto)])).code, 0)

        await fire(1, 10)
        const first = run({ HANG_AT: "u7" })
        await first.said("u7 in hand")
        first.process.kill("SIGKILL")
        await fire(11, 15)
        const second = run()
        await second.said("user u15")
        second.process.kill("SIGTERM")

        deepEqual(
          saidUsers(await first.ended),
          users(1, 6).map((one) => `user ${one}`),
        )
        const ended = await second.ended
        equal(ended.code, 0, ended.stderr)
        match(ended.stdout, /^example_service worker works$/m)
        deepEqual(
          saidUsers(ended),
          users(7, 15).map((one) => `user ${one}`),
        )
      },
      PATIENCE_MS,
    )
  })
}

describe("on memory", () => {
  it("a service does not run on a storage that no other process can reach [L11.a L11.b]", async () => {
    const refused = await millrace(["run", ORDERED, "--process-name=worker", "--url", "memory:"])
    deepEqual([refused.code, refused.stdout], [2, ""])
    match(refused.stderr, /memory: is within one process/)
  })
})
