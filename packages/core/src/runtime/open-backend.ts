import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import type { Backend } from "../backend/backend.ts"
import { memoryBackend } from "../memory/index.ts"

/**
 * A backend given by URL can not be opened: the URL is malformed, or its package is not installed.
 * @remedy Correct the URL, or install the package that it names.
 */
export class BackendNotFound extends Error {
  override readonly name = "BackendNotFound"
  readonly code = "backend-not-found"
}

/** Opens the backend that a URL names, from the package of its scheme. `memory:` is part of core. */
export async function openBackend(url: string): Promise<Backend> {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    // Only a plain word is repeated: who has made a mistake in a URL may have a password in it.
    const shown = PLAIN.test(url) ? `"${url}"` : "the URL"
    throw new BackendNotFound(
      `${shown} names no storage: use memory:, sqlite:app.db, postgres://…, redis://… or mongodb://…`,
    )
  }
  if (scheme === "memory") return memoryBackend()
  const name = `@millrace/${PACKAGES.get(scheme) ?? scheme}`
  const opened: unknown = await load(name, scheme)
  if (!isBackendPackage(opened))
    throw new BackendNotFound(`${name} has no function open(url): it is no Millrace backend`)
  return opened.open(url)
}

const PLAIN = /^[\w.-]{1,60}$/

/** URL schemes whose package has another name. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ["postgresql", "postgres"],
  ["rediss", "redis"],
  ["mongodb+srv", "mongodb"],
])

interface BackendPackage {
  open(url: string): Backend | Promise<Backend>
}

function isBackendPackage(value: unknown): value is BackendPackage {
  return typeof value === "object" && value !== null && "open" in value && typeof value.open === "function"
}

/** Looks beside core first, then where the program and its working directory have their packages. */
async function load(name: string, scheme: string): Promise<unknown> {
  const places = [import.meta.url, process.argv[1], pathToFileURL(join(process.cwd(), "app.js")).href]
  for (const place of places) {
    if (place === undefined) continue
    let file: string
    try {
      file = createRequire(place).resolve(name)
    } catch (error) {
      if (isMissing(error)) continue
      throw error
    }
    return import(pathToFileURL(file).href)
  }
  throw new BackendNotFound(`${scheme}: needs the package ${name}: run npm install ${name}`)
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_PACKAGE_PATH_NOT_EXPORTED")
  )
}
