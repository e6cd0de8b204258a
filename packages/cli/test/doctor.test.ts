import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { createApp, event, handler, silentLogger } from "@millrace/core"
import { describe, it, onTestFinished } from "vitest"

import { startRedis } from "../../testing/src/servers/start-redis.ts"
import { millrace } from "./millrace.ts"

const PATIENCE_MS = 240_000

const Note = event("note", { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } })

async function folderForTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-doctor-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe("doctor", () => {
  it(
    "finds an index that is gone, and migrate makes it again",
    async () => {
      const folder = await folderForTest()
      const file = join(folder, "log.db")
      const on = (...args: readonly string[]) => millrace([...args, "--url", `sqlite:${file}`])
      equal((await on("migrate")).code, 0)
      const beside = new DatabaseSync(file)
      beside.exec("DROP INDEX millrace_messages_work")
      beside.close()
      const sick = await on("doctor")
      equal(sick.code, 1)
      match(sick.stdout, /^!! {2}the log lacks 1 step [^\n]*\n {6}run millrace migrate/m)
      match((await on("migrate", "--dry-run")).stdout, /^make the index millrace_messages_work again$/m)
      equal((await on("migrate")).code, 0)
      const well = await on("doctor")
      deepEqual([well.code, well.stderr], [0, ""])
      match(well.stdout, /^ok {2}the log is in format 1, [^\n]* and has its indexes$/m)
    },
    PATIENCE_MS,
  )

  it(
    "says since when, why and at which message a group is stopped, and groups says why once",
    async () => {
      const url = `sqlite:${join(await folderForTest(), "log.db")}`
      const reader = handler("reader").on(Note, () => {
        throw new Error("unreadable")
      })
      const app = await createApp({ backend: url, reactors: [reader], logger: silentLogger })
      await app.dispatch(Note.build("shelf-1", 1))
      await app.drain()
      await app.close()
      const { code, stdout } = await millrace(["doctor", "--url", url])
      equal(code, 1)
      match(
        stdout,
        /^!! {2}group reader is stopped since 20\d\d-\S+Z, at message 1 of shelf-1: Error: unreadable\n {6}mend the cause, then run millrace group start reader; .*millrace group skip reader 1$/m,
      )
      match((await millrace(["groups", "--url", url])).stdout, /^reader +stopped .* {2}Error: unreadable$/m)
    },
    PATIENCE_MS,
  )

  it(
    "makes no file of a path that is mistyped, nor does a dry run",
    async () => {
      const folder = await folderForTest()
      for (const verb of [["doctor"], ["migrate", "--dry-run"]])
        await millrace([...verb, "--url", `sqlite:${join(folder, "typo.db")}`])
      deepEqual(await readdir(folder), [])
    },
    PATIENCE_MS,
  )

  it(
    "warns of a server that is set up to lose what was answered, and says what to set",
    async () => {
      const redis = await startRedis({ settings: { appendonly: "no" } })
      onTestFinished(() => redis.stop())
      equal((await millrace(["migrate", "--url", redis.url])).code, 0)
      const { code, stdout } = await millrace(["doctor", "--url", redis.url])
      equal(code, 0)
      match(stdout, /^\?\? {2}appendonly is off: [^\n]*\n {6}set appendonly yes on the server$/m)
    },
    PATIENCE_MS,
  )
})
