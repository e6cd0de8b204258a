import { parseArgs } from "node:util"

import { type SoakBackend, soakBackends } from "./soak-backend.ts"

export interface SoakOptions {
  readonly backends: readonly SoakBackend[]
  /** How long the steady load lasts. */
  readonly lengthMs: number
  /** For how long capacity is measured. */
  readonly measureMs: number
  readonly json: boolean
}

const USAGE = `npm run soak -- --backend ${soakBackends.join("|")}|all [--minutes N | --seconds N] [--json]`
const MEASURED_MS = 30_000
/** A short run measures for this share of it. */
const MEASURED_SHARE = 0.25

/** Throws what to write instead where it can not be understood. */
export function readSoakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      backend: { type: "string", default: "all" },
      minutes: { type: "string", default: "10" },
      seconds: { type: "string" },
      json: { type: "boolean", default: false },
    },
  })
  const backends = soakBackends.filter((name) => values.backend === "all" || name === values.backend)
  if (backends.length === 0) throw new Error(`--backend ${values.backend}: ${USAGE}`)
  const seconds = values.seconds === undefined ? positive(values.minutes) * 60 : positive(values.seconds)
  const lengthMs = seconds * 1_000
  return {
    backends,
    lengthMs,
    measureMs: Math.min(MEASURED_MS, lengthMs * MEASURED_SHARE),
    json: values.json,
  }
}

function positive(text: string): number {
  const number = Number(text)
  if (!Number.isFinite(number) || number <= 0) throw new Error(`${text} is no length of time: ${USAGE}`)
  return number
}
