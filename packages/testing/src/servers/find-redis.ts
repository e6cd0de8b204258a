import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { delimiter, join } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"

import { NoRedis } from "./no-redis.ts"

const run = promisify(execFile)

const OLDEST_MAJOR = 7
const HOW_TO =
  "install redis-server (Debian, Ubuntu: apt-get install redis-server) or valkey-server 7.0 or newer, run npm install --save-dev redis-memory-server, or set MILLRACE_TEST_REDIS_URL"

/** The path of a Redis or Valkey server that is new enough: on the PATH, else the one that `redis-memory-server` fetches where it is installed. Throws `NoRedis`. */
export async function findRedis(): Promise<string> {
  const tooOld: string[] = []
  for (const program of programs()) {
    const version = await versionOf(program)
    if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return program
    tooOld.push(`${program} is ${version}`)
  }
  const found = tooOld.length === 0 ? "" : ` (${tooOld.join(", ")})`
  const fetched = await fetchedProgram(found)
  if (fetched !== undefined) return fetched
  throw new NoRedis(`no Redis to test with${found}: ${HOW_TO}`)
}

function* programs(): Iterable<string> {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (folder === "") continue
    for (const name of ["redis-server", "valkey-server"]) {
      const program = join(folder, name)
      if (existsSync(program)) yield program
    }
  }
}

/** What a server says of its version: `Redis server v=7.0.15 sha=…`, `Valkey server v=8.0.1 …`. */
async function versionOf(program: string): Promise<string> {
  try {
    const { stdout } = await run(program, ["--version"])
    return /\bv=(\d[\w.-]*)/.exec(stdout)?.[1] ?? "of an unknown version"
  } catch (error) {
    return `not to be run: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The server that `redis-memory-server` has, or gets from the network and compiles. `undefined` where it is not installed. */
async function fetchedProgram(found: string): Promise<string | undefined> {
  const entry = memoryServerPackage()
  if (entry === undefined) return undefined
  try {
    const loaded: unknown = await import(pathToFileURL(entry).href)
    return await pathFrom(loaded)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new NoRedis(`no Redis to test with${found}, and redis-memory-server could not get one (${why}): ${HOW_TO}`, {
      cause: error,
    })
  }
}

function memoryServerPackage(): string | undefined {
  for (const place of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return createRequire(place).resolve("redis-memory-server")
    } catch {
      // Not installed there.
    }
  }
  return undefined
}

/** Asks for the path as the package's documentation shows: `RedisBinary.getPath()`. */
async function pathFrom(loaded: unknown): Promise<string> {
  const binary = memberOf(loaded, "RedisBinary") ?? memberOf(memberOf(loaded, "default"), "RedisBinary")
  const getPath = memberOf(binary, "getPath")
  if (typeof getPath !== "function") throw new Error("it has no RedisBinary.getPath")
  const path: unknown = await Reflect.apply(getPath, binary, [])
  if (typeof path !== "string" || path === "") throw new Error("it answered no path")
  return path.replaceAll('"', "")
}

function memberOf(value: unknown, name: string): unknown {
  const holds = (typeof value === "object" && value !== null) || typeof value === "function"
  return holds ? Reflect.get(value, name) : undefined
}
