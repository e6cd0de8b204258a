import { configJsonSchema } from "./json-schema.ts"

/** The kinds of storage, one of which is a segment of a path: their keys are the same, and stand in the table once. */
const STORAGES: ReadonlySet<string> = new Set(["redis", "postgres", "sqlite", "mongodb", "memory"])

/** The keys of config files as the rows of a Markdown table, from the same schema that checks them. */
export function configTable(): string {
  const rows = new Map(keysOf(configJsonSchema(), "").map(({ path, says }) => [withAnyStorage(path), says]))
  return ["| key | meaning |", "|---|---|", ...[...rows].map(([path, says]) => `| \`${path}\` | ${says} |`)].join("\n")
}

function withAnyStorage(path: string): string {
  const segments = path.split(".").map((segment) => (STORAGES.has(segment) ? "<storage>" : segment))
  return segments.join(".")
}

interface KeyRow {
  readonly path: string
  readonly says: string
}

function keysOf(schema: unknown, path: string): readonly KeyRow[] {
  if (!isObject(schema)) return []
  const own = typeof schema["description"] === "string" ? [{ path, says: schema["description"] }] : []
  const alternatives = [schema["anyOf"], schema["allOf"]].flatMap((list) => (isList(list) ? list : []))
  const inner = isObject(schema["properties"]) ? Object.entries(schema["properties"]) : []
  const rest = isObject(schema["additionalProperties"]) ? [["<api>", schema["additionalProperties"]] as const] : []
  const below = [...inner, ...rest].flatMap(([key, one]) => keysOf(one, path === "" ? key : `${path}.${key}`))
  return [...own, ...below, ...alternatives.flatMap((one) => keysOf(one, path))]
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
