import { parse } from "yaml"

import type { ConfigPath } from "./source.ts"

/** How variables begin that override a config: `MILLRACE__APIS__DEFAULT__VALIDATE__INCOMING=false`. */
export const PREFIX = "MILLRACE__"

/** One value that the environment sets. */
export interface Override {
  readonly variable: string
  readonly path: ConfigPath
  readonly value: unknown
}

/** What an environment sets: each name is a path in lower case, each value is read as YAML. */
export function overridesOf(environment: Readonly<Record<string, string | undefined>>): readonly Override[] {
  return Object.entries(environment).flatMap(([variable, text]) => {
    if (!variable.startsWith(PREFIX) || text === undefined) return []
    const path = variable.slice(PREFIX.length).toLowerCase().split("__")
    return [{ variable, path, value: valueOf(text) }]
  })
}

/** A content with one value set, at whatever depth. */
export function withOverride(content: unknown, path: ConfigPath, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const under = typeof content === "object" && content !== null && !Array.isArray(content) ? content : {}
  const kept: unknown = Object.getOwnPropertyDescriptor(under, key)?.value
  return { ...under, [key]: withOverride(kept, rest, value) }
}

/** A text that YAML can not read is the text itself, as URLs and names are. */
function valueOf(text: string): unknown {
  try {
    const value: unknown = parse(text)
    return typeof value === "object" && value !== null ? text : value
  } catch {
    return text
  }
}
