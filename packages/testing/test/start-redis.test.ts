import { equal, match, ok, rejects } from "node:assert/strict"
import { execFileSync, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { Cluster, Redis } from "ioredis"
import { afterEach, describe, it, vi } from "vitest"

import { startRedis, type TestRedis } from "../src/servers/start-redis.ts"

const given = process.env["MILLRACE_TEST_REDIS_URL"]

/** Runs `work` on a connection that gives up at once where nobody answers. */
async function connected<Answer>(url: string, work: (redis: Redis) => Promise<Answer>): Promise<Answer> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 })
  redis.on("error", () => {})
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

const settingOf = (server: TestRedis, name: string) =>
  connected(server.url, async (redis) => String((await redis.config("GET", name))[1]))

async function isGone(url: string): Promise<boolean> {
  try {
    await connected(url, (redis) => redis.ping())
    return false
  } catch {
    return true
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => void setTimeout(resolve, 20))
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.runIf(given === undefined || given === "")("on redis", () => {
  it("startRedis serves on 127.0.0.1 from a folder of its own, keeps what it has synchronised over a kill, and leaves nothing behind [S55.a S55.b]", async () => {
    const server = await startRedis({ appendfsync: "always", maxmemory: "64mb", settings: { "slowlog-max-len": "7" } })
    try {
      match(server.url, /\/127\.0\.0\.1:/)
      equal(await settingOf(server, "appendfsync"), "always")
      equal(await settingOf(server, "maxmemory"), String(64 * 1024 * 1024))
      equal(await settingOf(server, "slowlog-max-len"), "7")
      await connected(server.url, (redis) => redis.set("kept", "yes"))
      await server.kill()
      ok(await isGone(server.url))
      await server.start()
      equal(await connected(server.url, (redis) => redis.get("kept")), "yes")
    } finally {
      await server.stop()
    }
    ok(await isGone(server.url))
    equal(existsSync(server.folder), false)
  })

  it("startRedis makes a cluster of one node, which serves every slot after a restart too", async () => {
    const server = await startRedis({ cluster: true })
    try {
      await server.restart()
      const state = await connected(server.url, (redis) => redis.call("CLUSTER", "INFO"))
      match(String(state), /cluster_state:ok\r\ncluster_slots_assigned:16384/)
      const client = new Cluster([server.url])
      await client.set("any", "yes")
      equal(await client.get("any"), "yes")
      client.disconnect()
    } finally {
      await server.stop()
    }
  })

  it("startRedis allows DEBUG only where asked, and pauses and resumes its server", async () => {
    const [plain, open] = await Promise.all([startRedis(), startRedis({ debugCommands: true })])
    try {
      const sleep = (redis: Redis) => redis.call("DEBUG", "SLEEP", "0")
      await rejects(connected(plain.url, sleep), /DEBUG command not allowed/)
      equal(await connected(open.url, sleep), "OK")
      open.pause()
      let answered = false
      const answer = connected(open.url, (redis) => redis.ping()).then(() => (answered = true))
      await connected(plain.url, (redis) => redis.ping())
      equal(answered, false)
      open.resume()
      await answer
    } finally {
      await Promise.all([plain.stop(), open.stop()])
    }
  })

  it("startRedis ends with the process that started it, even one that is killed", async () => {
    const source = new URL("../src/servers/start-redis.ts", import.meta.url).href
    const program = `const { startRedis } = await import(${JSON.stringify(source)}); const s = await startRedis({ appendfsync: "no" }); console.log(s.url, s.folder)`
    const starter = spawn(process.execPath, ["--conditions=millrace-source", "--input-type=module", "-e", program])
    const said = await new Promise<string>((resolve) => {
      starter.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()))
    })
    const [url = "", folder = ""] = said.split(" ")
    starter.kill("SIGKILL")
    await until(() => isGone(url))
    await until(() => !existsSync(folder))
    ok(await isGone(url))
  })

  it("startRedis takes the server of MILLRACE_TEST_REDIS_URL, which it neither ends nor pauses; a server with options is always its own [S55.b]", async () => {
    const theirs = await startRedis()
    vi.stubEnv("MILLRACE_TEST_REDIS_URL", theirs.url)
    try {
      const taken = await startRedis()
      equal(taken.own, false)
      equal(taken.url, theirs.url)
      await rejects(taken.kill(), { name: "NoRedis", message: /not ours to end or pause/ })
      await taken.stop()
      equal(await isGone(theirs.url), false)
      const own = await startRedis({ debugCommands: true })
      ok(own.own && own.url !== theirs.url)
      await own.stop()
    } finally {
      await theirs.stop()
    }
  })

  it("startRedis without a server on the PATH asks redis-memory-server for one, and says what to do where that has none [S55.b S55.c]", async () => {
    const installed = execFileSync("/bin/sh", ["-c", "command -v redis-server || command -v valkey-server"])
    const downloads = await mkdtemp(join(tmpdir(), "millrace-test-"))
    try {
      vi.stubEnv("PATH", downloads)
      vi.stubEnv("REDISMS_DOWNLOAD_DIR", downloads)
      vi.stubEnv("REDISMS_DOWNLOAD_MIRROR", "https://127.0.0.1:1")
      const advice = /redis-memory-server could not get one .*apt-get install redis-server.*MILLRACE_TEST_REDIS_URL/
      await rejects(startRedis(), { name: "NoRedis", message: advice })
      vi.stubEnv("REDISMS_SYSTEM_BINARY", installed.toString().trim())
      const server = await startRedis()
      equal(await isGone(server.url), false)
      await server.stop()
    } finally {
      await rm(downloads, { recursive: true, force: true })
    }
  })

  it("startRedis refuses a server that is too old, and names it [S55.c]", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-test-"))
    try {
      const old = join(folder, "redis-server")
      await writeFile(old, "#!/bin/sh\necho Redis server v=6.0.16 sha=00000000:0\n", { mode: 0o755 })
      vi.stubEnv("PATH", folder)
      vi.stubEnv("REDISMS_DOWNLOAD_DIR", folder)
      vi.stubEnv("REDISMS_DOWNLOAD_MIRROR", "https://127.0.0.1:1")
      await rejects(startRedis(), { name: "NoRedis", message: new RegExp(`${old} is 6\\.0\\.16`) })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
