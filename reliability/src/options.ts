import { parseArgs } from "node:util"

import { type StorageName, storageNames } from "./storages/storage.ts"

export interface ChaosOptions {
  readonly backend: StorageName
  readonly seed: number
  /** How long faults are made. */
  readonly lengthMs: number
  /** Tell each fault as it is made. */
  readonly tell: boolean
}

const USAGE = `npm run chaos -- --backend ${storageNames.join("|")} [--minutes N | --seconds N] [--seed N] [--tell]`
const SEEDS = 1_000_000

/** Throws what to write instead where it can not be understood. */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backend: { type: "string" },
      minutes: { type: "string" },
      seconds: { type: "string" },
      seed: { type: "string" },
      tell: { type: "boolean", default: false },
    },
  })
  const backend = storageNames.find((name) => name === values.backend)
  if (backend === undefined) throw new Error(`--backend ${values.backend ?? ""}: ${USAGE}`)
  const seconds = values.seconds === undefined ? numberOf(values.minutes ?? "1") * 60 : numberOf(values.seconds)
  const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : numberOf(values.seed)
  return { backend, seed, lengthMs: seconds * 1_000, tell: values.tell }
}

function numberOf(text: string): number {
  const number = Number(text)
  if (!Number.isFinite(number) || number < 0) throw new Error(`${text} is no number: ${USAGE}`)
  return number
}
