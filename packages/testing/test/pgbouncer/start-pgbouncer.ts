import { spawn } from "node:child_process"
import { once } from "node:events"
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"

import pg from "pg"

import { freePort } from "../../src/servers/free-port.ts"
import { unprivileged } from "../../src/servers/unprivileged.ts"
import { findPgBouncer } from "./find-pgbouncer.ts"

/** A pooler in front of a server, in transaction mode: a connection to the server is had for a transaction, and then by somebody else. */
export interface TestPgBouncer {
  readonly url: string
  stop(): Promise<void>
}

/** So few connections to the server that clients have to share them. */
const SERVER_CONNECTIONS = 5
const START_TIMEOUT_MS = 10_000
const LOOK_AGAIN_MS = 20

/** Ends the pooler on a word of ours, or when we are gone. */
const KEEPER = `"$0" "$1" </dev/null & pooler=$!
read -r word
kill -INT $pooler
wait $pooler
rm -rf "$2"`

/** Starts a PgBouncer of our own on 127.0.0.1, with a folder of its own, for the server at `url`. Throws where `find` finds none. */
export async function startPgBouncer(
  url: string,
  find: () => string | undefined = findPgBouncer,
): Promise<TestPgBouncer> {
  const program = find()
  if (program === undefined) {
    throw new Error("there is no PgBouncer to test with: install it (Debian: apt-get install pgbouncer)")
  }
  const user = await unprivileged()
  if (user === undefined) throw new Error("PgBouncer refuses to run as root: run the tests as another user")
  const folder = await mkdtemp(join(tmpdir(), "millrace-pgbouncer-"))
  const port = await freePort()
  await writeFile(join(folder, "users.txt"), '"postgres" ""\n')
  await writeFile(join(folder, "pgbouncer.ini"), configOf(new URL(url), folder, port))
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid ?? user.uid)
  const keeper = spawn("sh", ["-c", KEEPER, program, join(folder, "pgbouncer.ini"), folder], {
    ...user,
    cwd: folder,
    stdio: ["pipe", "ignore", "ignore"],
  })
  const exited = once(keeper, "exit")
  const pooler: TestPgBouncer = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      keeper.stdin?.end("stop\n")
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
  const until = Date.now() + START_TIMEOUT_MS
  while (!(await answers(pooler.url))) {
    if (Date.now() > until) {
      await pooler.stop()
      throw new Error(`PgBouncer does not answer after ${START_TIMEOUT_MS} ms`)
    }
    await setTimeout(LOOK_AGAIN_MS)
  }
  return pooler
}

function configOf(server: URL, folder: string, port: number): string {
  return `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, "users.txt")}
pool_mode = transaction
default_pool_size = ${SERVER_CONNECTIONS}
max_client_conn = 500
`
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  client.on("error", () => {})
  try {
    await client.connect()
    await client.query("SELECT 1")
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
