import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

import { type Backend, memoryBackend } from "@millrace/core"

import { appEvidence } from "./app-evidence.ts"
import type { Evidence } from "./evidence.ts"
import type { FlightsApp } from "./flights-app.ts"
import { hireEmbedded } from "./hire-embedded.ts"
import { hireProcesses } from "./hire-process.ts"
import type { DemoOptions } from "./options.ts"
import { openBoard } from "./route-board.ts"
import { sqliteEvidence } from "./sqlite-evidence.ts"
import type { Hire } from "./worker-handle.ts"

/** Where a run takes place. */
export interface Stage {
  readonly backend: string | Backend
  /** The storage, as people read it. */
  readonly name: string
  /** How workers end on this stage: `killed` are processes, `abandoned` are parts of this one. */
  readonly workers: { readonly hire: Hire; readonly kind: string; readonly ended: "killed" | "abandoned" }
  readonly folder: string
  /** What the run left behind, from the rawest source there is. `app` reads it where only Millrace can. */
  evidence(app: FlightsApp): Promise<Evidence>
  /** Removes the temporary folder, if there is one. */
  clear(): Promise<void>
}

/** The stage of a command line. Throws for a storage that can not be played on. */
export async function openStage({ backend, folder: kept }: DemoOptions): Promise<Stage> {
  refuseUnplayable(backend)
  const folder = await folderOf(kept)
  await openBoard(join(folder, "routes"))
  return {
    ...stageOf(backend, { folder, kept: kept !== undefined }),
    folder,
    async clear() {
      if (kept === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

function refuseUnplayable(backend: string): void {
  if (backend === "sqlite::memory:") {
    throw new Error(`--backend ${backend}: no other process can reach it; use --backend memory`)
  }
  if (backend === "memory" || backend === "sqlite" || backend.includes(":")) return
  throw new Error(
    `--backend ${backend}: only memory and sqlite are started here by their bare names; give the URL of a log, such as sqlite:flights.db`,
  )
}

interface Place {
  readonly folder: string
  /** Whether the folder was named, and stays. */
  readonly kept: boolean
}

function stageOf(backend: string, { folder, kept }: Place): Omit<Stage, "folder" | "clear"> {
  if (backend === "memory" || backend === "memory:") return memoryStage(memoryBackend())
  if (backend === "sqlite") {
    return sqliteStage(`sqlite:${join(folder, "flights.db")}`, kept ? "sqlite" : "sqlite in a temporary folder")
  }
  if (backend.startsWith("sqlite:")) return sqliteStage(backend, backend)
  return remoteStage(backend)
}

function memoryStage(backend: Backend): Omit<Stage, "folder" | "clear"> {
  return {
    backend,
    name: "memory",
    workers: { hire: hireEmbedded(backend), kind: "workers inside this process", ended: "abandoned" },
    evidence: appEvidence,
  }
}

function sqliteStage(url: string, name: string): Omit<Stage, "folder" | "clear"> {
  return { ...remoteStage(url), name, evidence: () => sqliteEvidence(fileOf(url)) }
}

function remoteStage(url: string): Omit<Stage, "folder" | "clear"> {
  return {
    backend: url,
    name: url.replace(/\/\/[^/@]*@/, "//"),
    workers: { hire: hireProcesses(url), kind: "worker processes", ended: "killed" },
    evidence: appEvidence,
  }
}

async function folderOf(kept: string | undefined): Promise<string> {
  if (kept === undefined) return mkdtemp(join(tmpdir(), "millrace-flights-"))
  await mkdir(kept, { recursive: true })
  return resolve(kept)
}

/** The file that a URL of SQLite names. */
function fileOf(url: string): string {
  const path = url.slice("sqlite:".length)
  return path.startsWith("///") ? fileURLToPath(`file:${path}`) : resolve(decodeURIComponent(path))
}
