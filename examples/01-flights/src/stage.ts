import { mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

import { type Backend, memoryBackend } from "@millrace/core"

import { appEvidence } from "./app-evidence.ts"
import type { Evidence, LogEvidence } from "./evidence.ts"
import type { FlightsApp } from "./flights-app.ts"
import { hireEmbedded } from "./hire-embedded.ts"
import { hireProcesses } from "./hire-process.ts"
import type { DemoOptions } from "./options.ts"
import { openBoard, readBoard } from "./route-board.ts"
import type { Storage } from "./storage.ts"
import { storages } from "./storages.ts"
import type { Hire } from "./worker-handle.ts"

/** Where a run takes place. */
export interface Stage {
  readonly backend: string | Backend
  /** The storage, as people read it. */
  readonly name: string
  /** How workers end on this stage: `killed` are processes, `abandoned` are parts of this one. */
  readonly workers: { readonly hire: Hire; readonly kind: string; readonly ended: "killed" | "abandoned" }
  /** What a run that was not sound leaves for people to look at. */
  readonly leaves: string
  /** What the run left behind, from the rawest source there is. `app` reads it where only Millrace can. */
  evidence(app: FlightsApp): Promise<Evidence>
  /** Ends what was started for the run; with `clear` also removes the temporary folder, if there is one. */
  close(options: { readonly clear: boolean }): Promise<void>
}

/** The stage of a command line. Throws for a storage that can not be played on, or not be started. */
export async function openStage(options: DemoOptions): Promise<Stage> {
  refuseUnplayable(options)
  const { backend, folder: kept } = options
  const folder = await folderOf(kept)
  const clear = async (): Promise<void> => {
    if (kept === undefined) await rm(folder, { recursive: true, force: true })
  }
  try {
    await openBoard(join(folder, "routes"))
    const { scene, stop, inFolder } = await sceneOf(backend, folder, kept !== undefined)
    return {
      ...scene,
      leaves: inFolder
        ? `the files are in ${folder}`
        : `the routes are in ${folder}; the log went with its server: to keep it, give --backend the URL of yours`,
      evidence: async (app) => ({ ...(await scene.evidence(app)), board: await readBoard() }),
      async close(how) {
        await stop()
        if (how.clear) await clear()
      },
    }
  } catch (error) {
    await clear()
    throw error
  }
}

function refuseUnplayable({ backend, proveOnly }: DemoOptions): void {
  if (backend === "sqlite::memory:") {
    throw new Error(`--backend ${backend}: no other process can reach it; use --backend memory`)
  }
  const storage = storages.get(backend)
  if (proveOnly === true && storage?.inFolder === false) {
    throw new Error(`--prove-only: the server of --backend ${backend} went with its run; give the URL of the log's`)
  }
  if (backend === "memory" || storage !== undefined || backend.includes(":")) return
  const names = ["memory", ...storages.keys()].join(", ")
  throw new Error(
    `--backend ${backend}: only ${names} are started here by their bare names; give the URL of a log, such as sqlite:flights.db`,
  )
}

/** A storage as a run sees it. */
type Scene = Pick<Stage, "backend" | "name" | "workers"> & { evidence(app: FlightsApp): Promise<LogEvidence> }

interface Opened {
  readonly scene: Scene
  readonly stop: () => Promise<void>
  /** Whether the log outlives the run. */
  readonly inFolder: boolean
}

async function sceneOf(backend: string, folder: string, kept: boolean): Promise<Opened> {
  const nothing = { stop: async () => {}, inFolder: true }
  if (backend === "memory" || backend === "memory:") return { scene: inMemory(memoryBackend()), ...nothing }
  const storage = storages.get(backend)
  if (storage === undefined) return { scene: atUrl(backend, withoutPassword(backend), readerOf(backend)), ...nothing }
  const { url, stop } = await storage.start(folder)
  const { evidence, inFolder, started } = storage
  return { scene: atUrl(url, kept && inFolder ? backend : started, evidence), stop, inFolder }
}

function inMemory(backend: Backend): Scene {
  return {
    backend,
    name: "memory",
    workers: { hire: hireEmbedded(backend), kind: "workers inside this process", ended: "abandoned" },
    evidence: appEvidence,
  }
}

function atUrl(url: string, name: string, read: Storage["evidence"] | undefined): Scene {
  return {
    backend: url,
    name,
    workers: { hire: hireProcesses(url), kind: "worker processes", ended: "killed" },
    evidence: (app) => (read === undefined ? appEvidence(app) : read(url)),
  }
}

/** Who reads the storage of a URL by itself, if anybody does. */
function readerOf(url: string): Storage["evidence"] | undefined {
  for (const { protocols, evidence } of storages.values()) {
    if (protocols.some((protocol) => url.startsWith(protocol))) return evidence
  }
  return undefined
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//")
}

async function folderOf(kept: string | undefined): Promise<string> {
  if (kept === undefined) return mkdtemp(join(tmpdir(), "millrace-flights-"))
  await mkdir(kept, { recursive: true })
  return resolve(kept)
}
