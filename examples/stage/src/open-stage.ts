import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"

import { startRedis } from "@millrace/testing"

import { say } from "./say.ts"
import { type ServiceOptions, type ServiceProcess, serviceProcess } from "./service-process.ts"

/** A storage for one run of an example, and the processes that share it. */
export interface Stage {
  /** The storage's URL, as every service is given it. */
  readonly url: string
  /** Starts a file as a service's process. What it says is shown with its name before it, unless `quiet`. */
  start(file: URL, options: Omit<ServiceOptions, "hear"> & { readonly quiet?: boolean }): ServiceProcess
  /** Ends the processes that still run, and removes the storage. */
  close(): Promise<void>
}

/** How wide the names of services are shown. */
const NAME_WIDTH = 14

/** Opens the stage that `--backend` asks for: `sqlite` (a file in a temporary folder, the default), `redis` (a server for the run), or the URL of a storage. */
export async function openStage(args: readonly string[] = process.argv.slice(2)): Promise<Stage> {
  const { values } = parseArgs({ args: [...args], options: { backend: { type: "string", default: "sqlite" } } })
  const storage = await storageOf(values.backend)
  const { url } = storage
  const started: ServiceProcess[] = []
  return {
    url,
    start(file, { quiet = false, ...options }) {
      const hear = quiet ? () => {} : (line: string) => say(`${options.name.padEnd(NAME_WIDTH)}${line}`)
      const service = serviceProcess(file, { ...options, hear })
      started.push(service)
      return service
    },
    async close() {
      await Promise.all(started.map((service) => service.kill()))
      await storage.remove()
    },
  }
}

interface Storage {
  readonly url: string
  remove(): Promise<void>
}

async function storageOf(backend: string): Promise<Storage> {
  if (backend === "redis") {
    const server = await startRedis()
    return { url: `${server.url}?prefix=example-${process.pid}`, remove: () => server.stop() }
  }
  if (backend === "sqlite") {
    const folder = await mkdtemp(join(tmpdir(), "millrace-example-"))
    return { url: `sqlite:${join(folder, "log.db")}`, remove: () => rm(folder, { recursive: true, force: true }) }
  }
  if (backend.includes("://") || backend.startsWith("sqlite:")) return { url: backend, remove: async () => {} }
  throw new Error(`--backend ${backend}: take sqlite, redis, or the URL of a storage that is empty`)
}
