import type { LogRecord, TrimmedCategory } from "@millrace/core"

/** The first line of an export: what it is of. */
export interface Header {
  readonly kind: "millrace-export"
  readonly format: number
  /** Names this export: an import that was interrupted is known by it. */
  readonly id: string
  readonly log: string
  readonly partitions: number
  readonly trimmedTo: number
  /** What was trimmed by category. */
  readonly trimmed?: readonly TrimmedCategory[]
  readonly begunAt: string
}

/** The last line of an export: without it the file is not complete. */
export interface End {
  readonly kind: "end"
  readonly head: number
  readonly records: number
}

export const EXPORT_FORMAT = 1

export type Line = Header | End | LogRecord

/** A line of an export. Throws with what is wrong; `where` names the file and line. */
export function lineOf(text: string, where: string): Line {
  const value = parsed(text)
  if (isLine(value)) return value
  throw new Error(`${where} is no line of a Millrace export: it was changed, or cut off`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isLine(value: unknown): value is Line {
  if (typeof value !== "object" || value === null || !("kind" in value) || typeof value.kind !== "string") return false
  const fields = SHAPES.get(value.kind)
  return fields !== undefined && holds(value, fields)
}

function holds(value: object, fields: Fields): boolean {
  return Object.entries(fields).every(([name, wanted]) => {
    const field: unknown = Reflect.get(value, name)
    if (wanted === "any") return name in value
    if (wanted === "list") return Array.isArray(field)
    if (typeof wanted === "string") return typeof field === wanted
    return typeof field === "object" && field !== null && holds(field, wanted)
  })
}

type Fields = { readonly [name: string]: "string" | "number" | "boolean" | "list" | "any" | Fields }

const MESSAGE: Fields = {
  id: "string",
  kind: "string",
  type: "string",
  streamId: "string",
  payload: "any",
  metadata: {},
  causationId: "string",
  correlationId: "string",
  createdAt: "string",
}

/** What each kind of line has to hold. */
const SHAPES: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  ["millrace-export", { format: "number", id: "string", log: "string", partitions: "number", trimmedTo: "number" }],
  ["end", { head: "number", records: "number" }],
  ["trimmed", { upto: "number" }],
  ["gap", { upto: "number" }],
  ["stream", { streamId: "string", version: "number", lastPosition: "number" }],
  ["message", { message: { ...MESSAGE, position: "number", recordedAt: "string" } }],
  ["key", { key: "string", fingerprint: "string", firstPosition: "number", position: "number", at: "number" }],
  ["document", { collection: "string", id: "string", revision: "number", value: "any" }],
  ["schedule", { message: MESSAGE, at: "number", number: "number" }],
  [
    "group",
    {
      group: "string",
      order: "string",
      start: "number",
      maxLanes: "number",
      types: "list",
      epoch: "number",
      reemit: "boolean",
      dropped: "number",
      skips: "list",
      skipped: "number",
      marks: "list",
      partitions: "list",
    },
  ],
])
