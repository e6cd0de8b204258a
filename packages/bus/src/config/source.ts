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
  const { document, content } = refusingOn(name, () => {
    // What the parser only warns of (a tag that it does not know) means nothing here either; and it would print parts of the text.
    const parsed = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: true,
      prettyErrors: false,
      logLevel: "silent",
    })
    // Aliases are resolved here: one that nobody has, or that multiplies without end, is found only now.
    const made: unknown = parsed.errors.length > 0 ? undefined : parsed.toJS()
    return { document: parsed, content: made }
  })
  const placeAt = (offset: number): Pick<ConfigProblem, "line" | "column"> => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const wrong = [...document.errors, ...document.warnings]
  if (wrong.length > 0)
    throw new ConfigError(
      name,
      wrong.map(({ message, pos }) => ({ path: "", message, ...placeAt(pos[0]) })),
    )
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
  let loaded: unknown
  try {
    loaded = await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    throw new ConfigError(file, [{ path: "", message: `can not be loaded: ${firstLineOf(error)}` }])
  }
  if (typeof loaded !== "object" || loaded === null || !("default" in loaded))
    throw new ConfigError(file, [{ path: "", message: "exports no config: write `export default { … }`" }])
  const exported: unknown = loaded.default
  if (exported instanceof Promise) {
    exported.catch(() => {}) // It is refused, whatever becomes of it.
    throw new ConfigError(file, [{ path: "", message: "exports a promise: write `export default await …`" }])
  }
  // A copy: what a module exports may run its code when it is read.
  const content = refusingOn(file, (): unknown => structuredClone(exported))
  return { name: file, content, placeOf: () => ({}) }
}

/** What `read` makes of a config; whatever it throws is said of the config. */
function refusingOn<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new ConfigError(name, [{ path: "", message: `can not be read: ${firstLineOf(error)}` }])
  }
}

function firstLineOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n")
  return line
}
