import { readFileSync } from "node:fs"
import { join } from "node:path"

/** A module that users import. */
export interface EntryPoint {
  readonly specifier: string
  /** Path of its declarations. */
  readonly declarations: string
}

/** The modules that a package offers, as its manifest has them. */
export function entryPoints(folder: string): EntryPoint[] {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  const name = field(manifest, "name")
  const exports = field(manifest, "exports")
  if (typeof name !== "string" || typeof exports !== "object" || exports === null) {
    throw new Error(`${folder}/package.json has no name or no exports`)
  }
  return Object.entries(exports).flatMap(([path, conditions]) => {
    const types = field(conditions, "types")
    if (typeof types !== "string") return []
    return [{ specifier: name + path.slice(1), declarations: join(folder, types) }]
  })
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}
