import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import * as Schema from "effect/Schema"

import type { Finding } from "../audit/findings.ts"
import { openGround } from "../soak/open-ground.ts"
import type { StorageName } from "../storages/storage.ts"
import { checkFlood } from "./check-flood.ts"
import type { FloodOptions } from "./options.ts"
import { ACKNOWLEDGED, FAILED, Flooded, REFUSED } from "./outcome.ts"

export interface FloodRun extends Pick<FloodOptions, "writes" | "perTurn" | "whenFull"> {
  readonly storage: StorageName
}

/** What came of a flood on one storage. */
export interface FloodOutcome extends Omit<Flooded, "outcomes">, FloodRun {
  readonly settings: string
  readonly acknowledged: number
  readonly refused: number
  readonly failed: number
  /** Writes of the flood that lie in the storage. */
  readonly stored: number
  readonly findings: readonly Finding[]
}

const PROGRAM = fileURLToPath(new URL("flooded.ts", import.meta.url))
const FLAGS = ["--conditions=millrace-source", "--disable-warning=ExperimentalWarning"]

/** Gives one process more writes than it may hold, awaits none, and compares what it was told with what lies in the storage. Everything it started is gone when it resolves or rejects. */
export async function flood(run: FloodRun): Promise<FloodOutcome> {
  const ground = await openGround(run.storage)
  try {
    const { outcomes, ...told } = await flooded(ground.url, run)
    const { messages = [] } = (await ground.read?.()) ?? {}
    const count = (wanted: number): number => outcomes.reduce((sum, one) => sum + (one === wanted ? 1 : 0), 0)
    return {
      ...run,
      ...told,
      settings: ground.settings,
      acknowledged: count(ACKNOWLEDGED),
      refused: count(REFUSED),
      failed: count(FAILED),
      stored: messages.filter(({ streamId }) => streamId.startsWith("pipe-")).length,
      findings: [
        ...checkFlood(messages, outcomes),
        ...(told.open ? [] : [{ kind: "lost", says: "the process took no write after the flood" } as const]),
      ],
    }
  } finally {
    await ground.close()
  }
}

async function flooded(url: string, { writes, perTurn, whenFull }: FloodRun): Promise<Flooded> {
  const child = fork(PROGRAM, [url, String(writes), String(perTurn), whenFull], {
    execArgv: FLAGS,
    serialization: "advanced",
  })
  const exited = once(child, "exit")
  let told: unknown
  child.once("message", (message: unknown) => (told = message))
  await exited
  if (told === undefined)
    throw new Error(`the flooded process has ended (${child.signalCode ?? `code ${child.exitCode}`})`)
  return Schema.decodeUnknownSync(Flooded)(told)
}
