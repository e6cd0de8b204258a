import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { findRedis } from "./find-redis.ts"
import { freePort } from "./free-port.ts"
import { NoRedis } from "./no-redis.ts"
import { launchRedis, type RedisProcess } from "./redis-process.ts"

/** A Redis (or Valkey) server for tests. */
export interface TestRedis {
  readonly url: string
  /** Whether it was started here, so that it may be killed, paused and started again; the one of `MILLRACE_TEST_REDIS_URL` is not. */
  readonly own: boolean
  /** The folder of its data, to be looked at, or damaged while the server is down. Empty where the server is not our own. */
  readonly folder: string
  /** Ends the server at once, as `kill -9` does. Its data stays. Twice is fine. */
  kill(): Promise<void>
  /** Starts a killed server on the same port with the same data. `loading`: answers as soon as it listens, when it may still refuse every command with `LOADING`. */
  start(options?: { readonly loading?: boolean }): Promise<void>
  /** `kill` and `start`. What was not written to disk before (see `appendfsync`) is gone. */
  restart(): Promise<void>
  /** Stops the server's process where it stands (SIGSTOP): connections stay open, nothing is answered. */
  pause(): void
  /** Lets a paused server go on. */
  resume(): void
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

/** How a throwaway Redis is started. */
export interface RedisServerOptions {
  /** Writes an append-only file, synchronised like this. Without it the server keeps nothing over a restart. */
  readonly appendfsync?: "always" | "everysec" | "no"
  /** A cluster of this one node, which has all slots. */
  readonly cluster?: boolean
  /** Allows `DEBUG` from this machine. */
  readonly debugCommands?: boolean
  /** How much it may hold, such as `64mb`, and what it does beyond (`noeviction` unless told). */
  readonly maxmemory?: string
  readonly maxmemoryPolicy?: string
  /** Further settings, as in `redis.conf`: `{ requirepass: "secret" }`, `{ replicaof: "127.0.0.1 6379" }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * Starts a throwaway Redis: own port on 127.0.0.1, own temporary folder, gone after `stop`, and with the process that started it. The program is the
 * `redis-server` or `valkey-server` on the PATH, else the one that the npm package `redis-memory-server` fetches where it is installed. Without options the
 * server that `MILLRACE_TEST_REDIS_URL` names is used instead, where that is set. Never touches a server that runs already. Throws `NoRedis` where there is none.
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<TestRedis> {
  const given = process.env["MILLRACE_TEST_REDIS_URL"]
  if (given !== undefined && given !== "" && Object.keys(options).length === 0) return useRedis(given)
  const program = await findRedis()
  const folder = await mkdtemp(join(tmpdir(), "millrace-redis-"))
  try {
    const port = await freePort()
    await writeFile(join(folder, "redis.conf"), await configOf(port, folder, options))
    return await ownRedis(program, { folder, port, cluster: options.cluster === true })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function ownRedis(
  program: string,
  place: { folder: string; port: number; cluster: boolean },
): Promise<TestRedis> {
  let server: RedisProcess | undefined = await launchRedis(program, { ...place, loading: false })
  const kill = async (): Promise<void> => {
    await server?.end()
    server = undefined
  }
  const start = async ({ loading = false }: { readonly loading?: boolean } = {}): Promise<void> => {
    if (server !== undefined) throw new NoRedis("this Redis runs: kill it before it is started again")
    server = await launchRedis(program, { ...place, loading })
  }
  const signal = (name: "SIGSTOP" | "SIGCONT"): void => {
    if (server === undefined) throw new NoRedis("this Redis is down: start it first")
    process.kill(server.pid, name)
  }
  return {
    url: `redis://127.0.0.1:${place.port}`,
    own: true,
    folder: place.folder,
    kill,
    start,
    async restart() {
      await kill()
      await start()
    },
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    async stop() {
      await kill()
      await rm(place.folder, { recursive: true, force: true })
    },
  }
}

function useRedis(url: string): TestRedis {
  const refuse = (): never => {
    throw new NoRedis("the server of MILLRACE_TEST_REDIS_URL is not ours to end or pause: unset it for this test")
  }
  return {
    url,
    own: false,
    folder: "",
    kill: async () => refuse(),
    start: async () => refuse(),
    restart: async () => refuse(),
    pause: refuse,
    resume: refuse,
    async stop() {},
  }
}

async function configOf(port: number, folder: string, options: RedisServerOptions): Promise<string> {
  const { appendfsync, cluster, debugCommands, maxmemory, maxmemoryPolicy, settings } = options
  const all = {
    bind: "127.0.0.1",
    port: String(port),
    dir: folder,
    daemonize: "no",
    save: '""',
    ...(appendfsync === undefined ? {} : { appendonly: "yes", appendfsync }),
    ...(cluster === true ? await aloneInCluster() : {}),
    ...(debugCommands === true ? { "enable-debug-command": "local" } : {}),
    ...(maxmemory === undefined ? {} : { maxmemory }),
    ...(maxmemoryPolicy === undefined ? {} : { "maxmemory-policy": maxmemoryPolicy }),
    ...settings,
  }
  return `${Object.entries(all)
    .map(([name, value]) => `${name} ${value}`)
    .join("\n")}\n`
}

/** A node that has met no other does not know its own address, and clients would find nobody to serve a slot. */
async function aloneInCluster(): Promise<Readonly<Record<string, string>>> {
  return {
    "cluster-enabled": "yes",
    "cluster-port": String(await freePort()),
    "cluster-announce-ip": "127.0.0.1",
  }
}
