import { readFile } from "node:fs/promises"
import { join } from "node:path"

import pg from "pg"
import { describe, expect, it } from "vitest"

import { codeOf, event, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** Runs while every process of the server stands still: it neither answers nor hangs up. */
async function whilePaused(run: () => Promise<void>): Promise<void> {
  const lock = await readFile(join(await server.folder(), "postmaster.pid"), "utf8")
  const sessions = await server.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity")
  const pids = [Number(lock.split("\n")[0]), ...sessions.map(({ pid }) => pid)]
  for (const pid of pids) process.kill(pid, "SIGSTOP")
  try {
    await run()
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT")
  }
}

const IMPATIENT = { answerTimeoutMs: 500, connectTimeoutMs: 500 }

describe("on postgres", () => {
  it("a server that stands still keeps no call waiting for ever; when it goes on, a repeated append is stored once [lesson 29]", async () => {
    const backend = await server.log(IMPATIENT)
    await backend.append([to("any", event("a"))])
    const append = to("any", event("a"))
    await whilePaused(async () => {
      expect(await codeOf(backend.append([append]))).toBe("outcome-unknown")
      expect(await codeOf(backend.read({ from: "log", limit: 1 }))).toBe("unavailable")
    })
    const [verdict] = await backend.append([append])
    expect(["appended", "duplicate"]).toContain(verdict?.kind)
    expect(await positionsOf(backend)).toEqual([1, 2])
  })

  it("calls that are patient get their answer when a server that stood still goes on", async () => {
    const backend = await server.log()
    await backend.append([to("any", event("a"))])
    let appending: Promise<unknown> = Promise.resolve()
    await whilePaused(async () => {
      appending = backend.append([to("any", event("a"))])
      // The statement is on its way: a turn of the event loop sends it.
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    })
    await appending
    expect(await positionsOf(backend)).toEqual([1, 2])
  })

  it("migrate may take longer than an answer: it waits for what is in its way", async () => {
    const patient = server.open({ answerTimeoutMs: 300 })
    const other = new pg.Client(server.url)
    await other.connect()
    try {
      await other.query(`BEGIN; CREATE SCHEMA ${server.schema}`)
      const migrating = patient.migrate()
      await expect
        .poll(() =>
          server.sql(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND clock_timestamp() > query_start + interval '400 ms'",
          ),
        )
        .not.toEqual([])
      await other.query("ROLLBACK")
      expect((await migrating).steps.length).toBeGreaterThan(1)
    } finally {
      await other.end()
    }
  })
})
