import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { MongoClient } from "mongodb"
import { afterEach, describe, it, vi } from "vitest"

import { databaseUrl } from "../src/servers/database-url.ts"
import { freePort } from "../src/servers/free-port.ts"
import { lendMongo } from "../src/servers/lend-mongo.ts"
import { startMongo } from "../src/servers/start-mongo.ts"

const hasProgram = (process.env["MILLRACE_MONGODB_SERVER"] ?? "") !== ""
const QUICK_MS = 1_000

afterEach(() => vi.unstubAllEnvs())

async function withClient<Answer>(url: string, use: (client: MongoClient) => Promise<Answer>): Promise<Answer> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: QUICK_MS })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

const greet = (url: string) => withClient(url, (client) => client.db("greetings").collection("words").insertOne({}))
const countGreetings = (url: string) =>
  withClient(url, (client) => client.db("greetings").collection("words").countDocuments())

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => void setTimeout(resolve, 20))
}

/** Whether nobody answers at a URL any more. */
async function isGone(url: string): Promise<boolean> {
  try {
    await countGreetings(url)
    return false
  } catch {
    return true
  }
}

/** Runs `use` with a program that says these words in the place of a server. */
async function withProgram(words: string, use: () => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-test-"))
  const program = join(folder, "server.sh")
  await writeFile(program, `#!/bin/sh\n${words}\n`, { mode: 0o755 })
  vi.stubEnv("MILLRACE_TEST_MONGODB_URL", "")
  vi.stubEnv("MILLRACE_MONGODB_LENDER", undefined)
  vi.stubEnv("MILLRACE_MONGODB_SERVER", program)
  try {
    await use()
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe("on mongodb", () => {
  it("startMongo uses the server of MILLRACE_TEST_MONGODB_URL where one is named, and neither kills nor ends it [S55.b]", async () => {
    vi.stubEnv("MILLRACE_TEST_MONGODB_URL", "mongodb://db.example/?w=1")
    const server = await startMongo()
    deepEqual([server.url, server.own], ["mongodb://db.example/?w=1", false])
    await rejects(server.kill(), { code: "no-mongo" })
    await rejects(server.restart(), { code: "no-mongo" })
    await server.stop()
  })

  it("startMongo names the program that ended instead of serving, and its reason [S55.c]", async () => {
    await withProgram("echo 'no disk left' >&2; exit 3", () =>
      rejects(startMongo(), { code: "no-mongo", message: /server\.sh .*ended with 3 at its start: no disk left/ }),
    )
    await withProgram("echo Welcome; exec sleep 60", () =>
      rejects(startMongo(), { code: "no-mongo", message: /is no URL of a MongoDB: Welcome/ }),
    )
  })

  it("startMongo says what to do where no server can be had [S55.c]", async () => {
    vi.stubEnv("MILLRACE_TEST_MONGODB_URL", "")
    vi.stubEnv("MILLRACE_MONGODB_LENDER", undefined)
    vi.stubEnv("MILLRACE_MONGODB_SERVER", "")
    vi.stubEnv("MONGOMS_DOWNLOAD_MIRROR", `https://127.0.0.1:${await freePort()}`)
    vi.stubEnv("MONGOMS_MAX_RETRIES", "1")
    const folder = await mkdtemp(join(tmpdir(), "millrace-test-"))
    vi.stubEnv("MONGOMS_DOWNLOAD_DIR", folder)
    try {
      await rejects(startMongo(), {
        code: "no-mongo",
        message: /set MILLRACE_TEST_MONGODB_URL .*MILLRACE_MONGODB_SERVER/,
      })
      await rejects(startMongo({ restartable: true }), { code: "no-mongo", message: /MILLRACE_MONGODB_SERVER/ })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it("the URL of a database keeps the hosts and the options of its server", () => {
    equal(databaseUrl("mongodb://a:1,b:2/?replicaSet=r", "shop"), "mongodb://a:1,b:2/shop?replicaSet=r")
    equal(databaseUrl("mongodb+srv://u:p@cluster/other", "shop"), "mongodb+srv://u:p@cluster/shop")
  })

  it("all processes of a test run share one server, which starts when the first asks for it", async () => {
    await withProgram("echo mongodb://127.0.0.1:1/$$; exec sleep 60", async () => {
      const end = await lendMongo()
      try {
        const [first, second] = await Promise.all([startMongo(), startMongo()])
        equal(first.url, second.url)
        const pid = Number(first.url.split("/").at(-1))
        ok(process.kill(pid, 0))
        await end()
        await rejects(async () => process.kill(pid, 0), { code: "ESRCH" })
      } finally {
        await end()
      }
    })
  })

  describe.runIf(hasProgram)("with MILLRACE_MONGODB_SERVER", () => {
    it("startMongo serves from a folder of its own, keeps its data over a kill, and leaves nothing behind [S55.a S55.b]", async () => {
      const server = await startMongo({ restartable: true })
      try {
        match(server.url, /127\.0\.0\.1/)
        await greet(server.url)
        await server.kill()
        equal(await isGone(server.url), true)
        await server.restart()
        equal(await countGreetings(server.url), 1)
        notEqual((await readdir(server.folder ?? "")).length, 0)
      } finally {
        await server.stop()
      }
      equal(await isGone(server.url), true)
      equal(existsSync(server.folder ?? ""), false)
    })

    it("a server ends with the process that started it, even one that is killed, and its data go", async () => {
      const source = new URL("../src/servers/start-mongo.ts", import.meta.url).href
      const program = `const { startMongo } = await import(${JSON.stringify(source)})
        const { url, folder } = await startMongo({ restartable: true })
        console.log(url + " " + folder)`
      const starter = spawn(process.execPath, ["--conditions=millrace-source", "--input-type=module", "-e", program])
      const [url, folder] = await new Promise<readonly string[]>((resolve) => {
        starter.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim().split(" ")))
      })
      equal(existsSync(folder ?? ""), true)
      starter.kill("SIGKILL")
      await until(() => isGone(url ?? ""))
      await until(() => !existsSync(folder ?? ""))
    })
  })
})
