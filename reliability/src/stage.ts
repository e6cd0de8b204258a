import { execFileSync } from "node:child_process"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { createApp } from "@millrace/core"
import { startProxy, type TcpProxy } from "@millrace/testing"

import { LIMITS } from "./bank/limits.ts"
import { reactorsOf } from "./bank/reactors.ts"
import { decodeEntry, type Standing } from "./fleet/journal.ts"
import { type Member, member } from "./fleet/member.ts"
import { quietLogger } from "./fleet/quiet-logger.ts"
import type { ChaosOptions } from "./options.ts"
import { openStorage } from "./storages/open-storage.ts"
import type { Storage } from "./storages/storage.ts"
import type { Worker, World } from "./world.ts"

/** A world, and what is only known outside of it. */
export interface Stage extends World {
  /** What clients were answered. */
  readonly journal: Map<string, Standing>
  /** What ended that nobody had asked to. */
  readonly failures: string[]
  /** The file that says, once it is there, that what is broken is mended. */
  readonly mended: string
  /** What can not be done here, and why. */
  readonly skipped: readonly string[]
  close(): Promise<void>
}

const WORKERS = 3
const CLIENTS = 2
export const ACCOUNTS = 12
const DISK_MEGABYTES = 400

/** Starts a storage and makes the processes of a run, which do not run yet. */
export async function openStage({ backend, seed }: ChaosOptions, signal: AbortSignal): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-chaos-"))
  await chmod(folder, 0o711)
  const onDisk = backend === "sqlite" || backend === "postgres"
  const roomy = onDisk ? mountSmall(folder) : undefined
  const open: (() => Promise<void>)[] = [
    async () => {
      if (onDisk && roomy === undefined) execFileSync("umount", [folder])
      await rm(folder, { recursive: true, force: true })
    },
  ]
  const close = async (): Promise<void> => {
    const failures: unknown[] = []
    for (const end of open.splice(0).reverse()) await end().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, "not all that was started could be ended")
  }
  try {
    const storage = await openStorage(backend, { folder, small: onDisk && roomy === undefined })
    open.push(() => storage.close())
    const proxies = await openWays(storage, open)
    const mended = join(folder, "mended")
    const skipped = [...(storage.skips ?? []), ...(roomy === undefined ? [] : [`disk full: ${roomy}`])]
    const operator = await createApp({
      backend: storage.url,
      reactors: reactorsOf("new", mended),
      limits: LIMITS,
      logger: quietLogger,
      processName: "operator",
    })
    open.push(() => operator.close())
    const people = hire({ storage, proxies, mended, seed })
    open.push(() => sendAway([...people.workers, ...people.clients]))
    return { storage, proxies, operator, signal, mended, skipped, close, ...people }
  } catch (error) {
    await close()
    throw error
  }
}

/** A way to the server for each process. */
async function openWays({ port }: Storage, open: (() => Promise<void>)[]): Promise<readonly TcpProxy[]> {
  if (port === undefined) return []
  const proxies = await Promise.all(Array.from({ length: WORKERS + CLIENTS }, () => startProxy(port)))
  open.push(async () => void (await Promise.all(proxies.map((proxy) => proxy.close()))))
  return proxies
}

/** The run's own small file system on its folder, or why it has none. It goes with this process's namespace, whatever becomes of the process. */
function mountSmall(folder: string): string | undefined {
  if (process.env["MILLRACE_CHAOS_MOUNTS"] !== "1") return "it needs Linux, root, and the right to mount"
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MEGABYTES}m,mode=711`, "millrace", folder], {
      stdio: "pipe",
    })
    return undefined
  } catch (error) {
    return `no small file system could be mounted: ${error instanceof Error ? error.message : String(error)}`
  }
}

interface Hiring {
  readonly storage: Storage
  readonly proxies: readonly TcpProxy[]
  readonly mended: string
  readonly seed: number
}

/** The processes of a run, and what they say. */
function hire({ storage, proxies, mended, seed }: Hiring) {
  const failures: string[] = []
  const journal = new Map<string, Standing>()
  const onFailed = (why: string): void => void failures.push(why)
  const urlBy = (at: number): string => proxies[at]?.urlOf(storage.url) ?? storage.url
  const workers = Array.from({ length: WORKERS }, (_, at): Worker => {
    const name = `worker-${at + 1}`
    const facts = { deployment: at % 2 === 0 ? ("old" as const) : ("new" as const) }
    const args = () => [urlBy(at), name, worker.deployment, mended]
    const worker: Worker = Object.assign(member(name, { file: "worker.ts", args, onFailed }), facts)
    return worker
  })
  const clients = Array.from({ length: CLIENTS }, (_, at): Member => {
    let boots = 0
    const args = () => [
      urlBy(WORKERS + at),
      `client-${at + 1}`,
      String(seed * 1_000 + at * 100 + (boots += 1)),
      String(ACCOUNTS),
    ]
    return member(`client-${at + 1}`, { file: "client.ts", args, onFailed, onLine: (line) => note(journal, line) })
  })
  return { workers, clients, failures, journal }
}

function note(journal: Map<string, Standing>, line: string): void {
  const { say, ids } = decodeEntry(line)
  if (say === "ready") return
  for (const id of ids) if (say !== "sent" || !journal.has(id)) journal.set(id, say)
}

async function sendAway(members: readonly Member[]): Promise<void> {
  await Promise.all(members.map((one) => one.kill()))
}
