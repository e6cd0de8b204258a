import { existsSync } from "node:fs"

import type { AnyApp, Backend, Logger } from "@millrace/core"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { type Output, outputTo } from "../render/output.ts"
import { DEFAULT_CONFIG, type StoreOptions, URL_VARIABLE } from "./store-options.ts"

/** A store that a verb works on. */
export interface Session {
  readonly url: string
  readonly backend: Backend
  /** The same store, as apps see it. */
  readonly app: AnyApp
  readonly out: Output
}

/** Warnings of the app go where errors go, so that they never mix with an answer. */
const logger: Logger = {
  debug() {},
  info() {},
  warn: (_facts, text) => void process.stderr.write(`millrace: ${text}\n`),
  error: (_facts, text) => void process.stderr.write(`millrace: ${text}\n`),
}

/** Opens the store that the options name, works on it, and closes it. */
export async function inSession<T>(options: StoreOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const url = await urlOf(options)
  if (url.startsWith("memory:"))
    throw new CommandFailed(
      "memory: is the memory of one process, which this one can not look into: name a store that outlives it",
      EXIT.usage,
    )
  const { createApp, openBackend } = await import("@millrace/core")
  const backend = await openBackend(url)
  try {
    const app = await createApp({ backend, migrate: false, logger })
    try {
      return await work({ url, backend, app, out: outputTo(process.stdout, options.json === true) })
    } finally {
      await app.close()
    }
  } finally {
    await backend.close()
  }
}

/** The URL that is meant: `--url`, the config's, or the variable's. Throws `CommandFailed` when there is none. */
export async function urlOf({ url, config }: StoreOptions): Promise<string> {
  if (url !== undefined) return url
  const file = config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined)
  if (file !== undefined) {
    const { loadConfig } = await import("@millrace/bus/config")
    const { backend } = await loadConfig(file)
    if (backend !== undefined) return backend
  }
  const variable = process.env[URL_VARIABLE]
  if (variable !== undefined && variable !== "") return variable
  throw new CommandFailed(
    `which store? Give --url sqlite:app.db (or postgres://…, redis://…, mongodb://…), --config with a file that names one, or ${URL_VARIABLE}`,
    EXIT.usage,
  )
}
