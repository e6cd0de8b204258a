import { readFile } from "node:fs/promises"
import { extname, resolve } from "node:path"
import { pathToFileURL } from "node:url"

import { isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml"

import { ConfigError, type ConfigProblem } from "./config-error.ts"

/** The segments of a path in a config. */
export type ConfigPath = readonly string[]

/** A config as it was given, and where its parts stand. */
export interface ConfigSource {
  /** What to call it in errors. */
  readonly name: string
  readonly content: unknown
  /** Where a key stands, when it comes from a text. */
  placeOf(path: ConfigPath): Pick<ConfigProblem, "line" | "column">
}

/** Reads a config file: YAML, JSON, or a module that exports one as its default. Throws `ConfigError`. */
export async function readSource(file: string): Promise<ConfigSource> {
  if ([".ts", ".mts", ".js", ".mjs"].includes(extname(file))) return moduleSource(file)
  let text: string
  try {
    text = await readFile(file, "utf8")
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ConfigError(file, [{ path: "", message: `can not be read: ${why}` }])
  }
  return textSource(file, text)
}

/** A config from an object. */
export function objectSource(content: unknown): ConfigSource {
  return { name: "config", content, placeOf: () => ({}) }
}

/** A config from a text in YAML (or JSON, which is YAML as well). Throws `ConfigError` for a text that is neither. */
export function textSource(name: string, text: string): ConfigSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const placeAt = (offset: number): Pick<ConfigProblem, "line" | "column"> => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  if (document.errors.length > 0)
    throw new ConfigError(
      name,
      document.errors.map(({ message, pos }) => ({ path: "", message, ...placeAt(pos[0]) })),
    )
  const content: unknown = document.toJS()
  return {
    name,
    content,
    placeOf(path) {
      const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
      if (parent === null || typeof parent !== "object" || !("items" in parent) || !Array.isArray(parent.items))
        return {}
      const key = path.at(-1)
      for (const item of parent.items) {
        if (!isPair(item) || !isScalar(item.key) || String(item.key.value) !== key) continue
        return isNode(item.key) && item.key.range ? placeAt(item.key.range[0]) : {}
      }
      return {}
    },
  }
}

async function moduleSource(file: string): Promise<ConfigSource> {
  const loaded: unknown = await import(pathToFileURL(resolve(file)).href)
  if (typeof loaded !== "object" || loaded === null || !("default" in loaded))
    throw new ConfigError(file, [{ path: "", message: "exports no config: write `export default { … }`" }])
  return { name: file, content: loaded.default, placeOf: () => ({}) }
}
