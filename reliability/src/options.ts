import { parseArgs } from "node:util"

import { type FaultKind, faultKinds } from "./plan/fault-kinds.ts"
import { type StorageName, storageNames } from "./storages/storage.ts"

export interface ChaosOptions {
  readonly backend: StorageName
  readonly seed: number
  /** How long faults are made. */
  readonly lengthMs: number
  /** The kinds of faults to draw from; all where it is empty. */
  readonly only: readonly FaultKind[]
  /** Tell each fault as it is made. */
  readonly tell: boolean
}

const USAGE = `npm run chaos -- --backend ${storageNames.join("|")} [--minutes N | --seconds N] [--seed N] [--only "KIND OF FAULT"]… [--tell]`
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
      only: { type: "string", multiple: true, default: [] },
      tell: { type: "boolean", default: false },
    },
  })
  const backend = storageNames.find((name) => name === values.backend)
  if (backend === undefined) throw new Error(`--backend ${values.backend ?? ""}: ${USAGE}`)
  const seconds = values.seconds === undefined ? numberOf(values.minutes ?? "1") * 60 : numberOf(values.seconds)
  const seed = values.seed === undefined ? Math.floor(Math.random() * SEEDS) : numberOf(values.seed)
  return { backend, seed, lengthMs: seconds * 1_000, only: values.only.map(kindOf), tell: values.tell }
}

function kindOf(text: string): FaultKind {
  const kind = faultKinds.find((one) => one === text)
  if (kind === undefined) throw new Error(`--only ${text}: one of ${faultKinds.join(", ")}`)
  return kind
}

function numberOf(text: string): number {
  const number = Number(text)
  if (!Number.isFinite(number) || number < 0) throw new Error(`${text} is no number: ${USAGE}`)
  return number
}
