import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"

import type { Config } from "@millrace/bus/config"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { DEFAULT_CONFIG } from "../session/store-options.ts"

/** The file that is run when none is named. */
const DEFAULT_FILE = "millrace.app.ts"

interface RunVerbOptions {
  readonly serviceName?: string | undefined
  readonly processName?: string | undefined
  readonly config?: string | undefined
  readonly url?: string | undefined
  readonly only?: readonly string[] | true | undefined
  readonly skip?: readonly string[] | true | undefined
  readonly concurrency?: number | undefined
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

/** Runs a file's app or service until it is told to stop, or has to. */
export async function run(file: string | undefined, options: RunVerbOptions): Promise<void> {
  const config = options.config ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined)
  const given = givenBy(options, config)
  const path = file ?? (config === undefined ? undefined : (await configAt(config)).app) ?? DEFAULT_FILE
  const runnable = await load(path, given)
  stopAtOnceAtSecondSignal()
  try {
    await runnable.run(options.concurrency === undefined ? {} : { concurrency: options.concurrency })
  } finally {
    await runnable.close()
  }
}

function givenBy({ serviceName, processName, url, only, skip }: RunVerbOptions, config: string | undefined): Given {
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

async function configAt(file: string): Promise<Config> {
  const { loadConfig } = await import("@millrace/bus/config")
  return loadConfig(file)
}

/** Loads a file and makes what it runs: its default export, a function that takes what was given here, or a bus or an app. */
async function load(path: string, given: Given): Promise<Runnable> {
  const file = resolve(path)
  if (!existsSync(file))
    throw new CommandFailed(`there is no file ${path}: name the one that makes the app`, EXIT.usage)
  const module: unknown = await import(pathToFileURL(file).href)
  const exported: unknown =
    typeof module === "object" && module !== null && "default" in module ? module.default : undefined
  if (isRunnable(exported)) {
    const names = Object.keys(given).filter((name) => name !== "config")
    if (names.length === 0) return exported
    throw new CommandFailed(
      `${path} exports an app that is made already, so ${names.join(", ")} can not be given: export a function (given) => createBus({ …, ...given })`,
      EXIT.usage,
    )
  }
  if (typeof exported === "function") {
    const made: unknown = await Reflect.apply(exported, undefined, [given])
    if (isRunnable(made)) return made
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

/** The first signal drains; whoever sends a second one does not want to wait. */
function stopAtOnceAtSecondSignal(): void {
  let signals = 0
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    process.on(signal, () => {
      signals += 1
      if (signals > 1) process.exit(code)
    })
}
