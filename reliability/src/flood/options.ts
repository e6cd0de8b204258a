import { parseArgs } from "node:util"

import { type StorageName, storageNames } from "../storages/storage.ts"

/** What becomes of a write that comes when the process is full. */
export type WhenFull = "wait" | "refuse"

export interface FloodOptions {
  readonly storages: readonly StorageName[]
  /** How many writes are made and never awaited. */
  readonly writes: number
  /** So many of them are made in one turn of the event loop. */
  readonly perTurn: number
  readonly whenFull: WhenFull
  readonly json: boolean
}

const USAGE = `npm run flood -- --backend ${storageNames.join("|")}|all [--writes N] [--per-turn N] [--when-full wait|refuse] [--json]`

/** Throws what to write instead where it can not be understood. */
export function readFloodOptions(args: readonly string[]): FloodOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backend: { type: "string", default: "all" },
      writes: { type: "string", default: "1000000" },
      "per-turn": { type: "string" },
      "when-full": { type: "string", default: "wait" },
      json: { type: "boolean", default: false },
    },
  })
  const storages = storageNames.filter((name) => values.backend === "all" || name === values.backend)
  if (storages.length === 0) throw new Error(`--backend ${values.backend}: ${USAGE}`)
  const whenFull = values["when-full"]
  if (whenFull !== "wait" && whenFull !== "refuse") throw new Error(`--when-full ${whenFull}: ${USAGE}`)
  const writes = count(values.writes)
  return { storages, writes, perTurn: count(values["per-turn"] ?? values.writes), whenFull, json: values.json }
}

function count(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${text} is no number of writes: ${USAGE}`)
  return number
}
