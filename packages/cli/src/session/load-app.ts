import { existsSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"

import type { Config } from "@millrace/bus/config"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { DEFAULT_CONFIG, URL_VARIABLE } from "./store-options.ts"

/** The file that is loaded when none is named. */
const DEFAULT_FILE = "millrace.app.ts"

/** The options of verbs that load an app or a service from its file. */
export interface AppOptions {
  readonly serviceName?: string | undefined
  readonly processName?: string | undefined
  readonly config?: string | undefined
  readonly url?: string | undefined
  readonly only?: readonly string[] | true | undefined
  readonly skip?: readonly string[] | true | undefined
}

/** What a file's function is given: it passes it on to `createBus` or `createApp`. */
export interface Given {
  readonly service?: string
  readonly processName?: string
  readonly backend?: string
  readonly config?: string
  readonly groups?: { readonly only?: readonly string[]; readonly skip?: readonly string[] }
}

/** What can be run: a bus or an app. */
interface Runnable {
  run(options?: { readonly concurrency?: number }): Promise<unknown>
  close(): Promise<void>
}

/** What a file gave. */
export interface Loaded {
  readonly runnable: Runnable
  /** Everything that the file exports. */
  readonly exports: Readonly<Record<string, unknown>>
}

/** Loads the app or service of a file: by default `app` of the config, else `millrace.app.ts`. Throws `CommandFailed`. */
export async function loadApp(file: string | undefined, options: AppOptions): Promise<Loaded> {
  const config = options.config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined)
  const { app, backend } = config === undefined ? {} : await configAt(config)
  const given = givenBy(options, config)
  const store = backend ?? process.env[URL_VARIABLE]
  return load(file ?? app ?? DEFAULT_FILE, given, store === undefined ? given : { backend: store, ...given })
}

async function configAt(file: string): Promise<Pick<Config, "app" | "backend">> {
  const { loadConfig } = await import("@millrace/bus/config")
  return loadConfig(file)
}

function givenBy({ serviceName, processName, url, only, skip }: AppOptions, config: string | undefined): Given {
  const groups = {
    ...(Array.isArray(only) ? { only } : {}),
    ...(Array.isArray(skip) ? { skip } : {}),
  }
  return {
    ...(serviceName === undefined ? {} : { service: serviceName }),
    ...(processName === undefined ? {} : { processName }),
    ...(url === undefined ? {} : { backend: url }),
    ...(config === undefined ? {} : { config }),
    ...(Object.keys(groups).length === 0 ? {} : { groups }),
  }
}

/**
 * Loads a file and makes what it runs: its default export, a function that takes what was given here (`all`: the config's store included), or a bus or
 * an app.
 */
async function load(path: string, given: Given, all: Given): Promise<Loaded> {
  const file = resolve(path)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new CommandFailed(
      `there is no file ${path === "" ? '""' : path}: name the one that makes the app`,
      EXIT.usage,
    )
  const exports: Readonly<Record<string, unknown>> = { ...(await importAll(file)) }
  const exported = exports["default"]
  if (isRunnable(exported)) {
    const names = Object.keys(given).filter((name) => name !== "config")
    if (names.length === 0) return { runnable: exported, exports }
    throw new CommandFailed(
      `${path} exports an app that is made already, so ${names.join(", ")} can not be given: export a function (given) => createBus({ …, ...given })`,
      EXIT.usage,
    )
  }
  if (typeof exported === "function") {
    const made: unknown = await Reflect.apply(exported, undefined, [all])
    if (isRunnable(made)) return { runnable: made, exports }
    throw new CommandFailed(
      `the function that ${path} exports gives nothing that can be run: return a bus or an app`,
      EXIT.usage,
    )
  }
  throw new CommandFailed(
    `${path} has no default export to run: export default (given) => createBus({ …, ...given }), or createApp`,
    EXIT.usage,
  )
}

function isRunnable(value: unknown): value is Runnable {
  if (typeof value !== "object" || value === null) return false
  return "run" in value && typeof value.run === "function" && "close" in value && typeof value.close === "function"
}

async function importAll(file: string): Promise<object> {
  const module: unknown = await import(pathToFileURL(file).href)
  return typeof module === "object" && module !== null ? module : {}
}
