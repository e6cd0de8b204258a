import type { JsonObject } from "@millrace/core"

import { canonical } from "./canonical.ts"

/** Bounds where less is more narrow, and where more is. */
const AT_MOST = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"] as const
const AT_LEAST = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"] as const

/** What narrows in a way that can only be compared as a whole. */
const AS_A_WHOLE = [
  "pattern",
  "format",
  "multipleOf",
  "uniqueItems",
  "prefixItems",
  "not",
  "allOf",
  "patternProperties",
] as const

/** The bounds of a reader that a writer does not keep. */
export function bounds({
  reader,
  writer,
  path,
}: {
  readonly reader: JsonObject
  readonly writer: JsonObject
  readonly path: string
}): readonly { readonly path: string; readonly what: string }[] {
  const broken = (name: string): boolean => {
    const [asked, kept] = [reader[name], writer[name]]
    if (asked === undefined) return false
    if (typeof asked !== "number" || typeof kept !== "number") return canonical(asked) !== canonical(kept)
    if (isOneOf(AT_MOST, name)) return kept > asked
    if (isOneOf(AT_LEAST, name)) return kept < asked
    return kept !== asked
  }
  return [...AT_MOST, ...AT_LEAST, ...AS_A_WHOLE]
    .filter(broken)
    .map((name) => ({ path, what: `it need not keep ${name} ${JSON.stringify(reader[name])}` }))
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name)
}
