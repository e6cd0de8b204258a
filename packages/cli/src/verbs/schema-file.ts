import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"

import type { ApiSchema } from "@millrace/bus/schema"

import { CommandFailed, EXIT } from "../exit-codes.ts"

/** The schemas of the APIs in a file: a module that exports them, or a JSON document that `schema dump` printed. Throws `CommandFailed`. */
export async function schemasIn(file: string): Promise<Readonly<Record<string, ApiSchema>>> {
  const path = resolve(file)
  if (!existsSync(path))
    throw new CommandFailed(`there is no file ${file}: name a module that exports APIs`, EXIT.usage)
  const found = path.endsWith(".json") ? await dumped(path) : await exported(path)
  if (Object.keys(found).length > 0) return found
  throw new CommandFailed(
    `${file} holds no APIs: export what api("auth", { … }) gives, or take what millrace schema dump printed`,
    EXIT.usage,
  )
}

async function exported(path: string): Promise<Readonly<Record<string, ApiSchema>>> {
  const { describeApi, isApi } = await import("@millrace/bus/schema")
  const module: unknown = await import(pathToFileURL(path).href)
  const apis = Object.values(isObject(module) ? module : {}).filter(isApi)
  return Object.fromEntries(await Promise.all(apis.map(async (api) => [api.name, await describeApi(api)] as const)))
}

async function dumped(path: string): Promise<Readonly<Record<string, ApiSchema>>> {
  const parsed: unknown = JSON.parse(await readFile(path, "utf8"))
  const found = Object.entries(isObject(parsed) ? parsed : {}).map(([api, one]) => {
    const newest: unknown = Array.isArray(one) ? one.at(-1) : one
    const events = isObject(newest) ? newest["events"] : undefined
    if (!isSchema(events))
      throw new CommandFailed(`${path}: ${api} has no events: take what millrace schema dump printed`, EXIT.usage)
    return [api, events] as const
  })
  return Object.fromEntries(found)
}

function isSchema(value: unknown): value is ApiSchema {
  return isObject(value) && Object.values(value).every(isObject)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
