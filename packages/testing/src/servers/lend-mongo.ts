import { rmSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"

import { NoMongo } from "./no-mongo.ts"
import { serveMongo } from "./serve-mongo.ts"
import type { TestMongo } from "./test-mongo.ts"

/** The environment variable that names the socket of the process that lends. */
const LENDER = "MILLRACE_MONGODB_LENDER"

/**
 * Lets all processes started from now on share one MongoDB: `startMongo` in any of them asks this process, which starts a server when
 * the first one asks. Answers the function that ends it. In Vitest: `export { lendMongo as setup }` in a file named as `globalSetup`.
 */
export async function lendMongo(): Promise<() => Promise<void>> {
  if (process.env[LENDER] !== undefined) return async () => {}
  const folder = await mkdtemp(join(tmpdir(), "millrace-lender-"))
  const path = process.platform === "win32" ? `\\\\.\\pipe\\${folder.replaceAll(/\W/g, "-")}` : join(folder, "socket")
  let started: Promise<TestMongo> | undefined
  const lender = createServer((socket) => {
    socket.on("error", () => {}) // Whoever asked has gone.
    started ??= serveMongo({ restartable: false })
    void started.then(
      ({ url }) => socket.end(url),
      (error: unknown) => socket.end(`! ${error instanceof Error ? error.message : String(error)}`),
    )
  })
  await new Promise<void>((resolve, reject) => {
    lender.once("error", reject)
    lender.listen(path, resolve)
  })
  process.env[LENDER] = path
  return async () => {
    delete process.env[LENDER]
    lender.close()
    rmSync(folder, { recursive: true, force: true })
    const server = await started?.catch(() => undefined)
    await server?.stop()
  }
}

/** The URL of the MongoDB of this test run; `undefined` where nobody lends one. */
export async function borrowMongo(): Promise<string | undefined> {
  const path = process.env[LENDER]
  if (path === undefined) return undefined
  const answer = await text(connect(path))
  if (answer.startsWith("mongodb")) return answer
  throw new NoMongo(answer === "" ? "the process that lends a MongoDB to this test run has ended" : answer.slice(2))
}
