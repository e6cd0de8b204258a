import { posix } from "node:path"

import { Visitor } from "oxc-parser"

import type { Problem } from "../problem.ts"
import { entries, type Room, rooms } from "./house.ts"
import { isTest, type Source } from "./source.ts"

interface Import {
  readonly specifier: string
  readonly line: number
}

/** Imports that go up or sideways in the house. */
export function checkImports(source: Source): Problem[] {
  if (isTest(source.path) || !/^packages\/[^/]+\/src\//.test(source.path)) return []
  const room = roomOf(source.path)
  if (room === undefined) {
    return [{ file: source.path, says: "stands in no room of the house: name it in tooling/scripts/arrows/house.ts" }]
  }
  return importsOf(source).flatMap(({ specifier, line }) => {
    const says = refusal(source.path, room, specifier)
    return says === undefined ? [] : [{ file: source.path, line, says }]
  })
}

function roomOf(path: string): Room | undefined {
  return entries.find(({ folder }) => folder === path) ?? rooms.find(({ folder }) => path.startsWith(`${folder}/`))
}

/** Every module a file names: static, dynamic, re-exported, and in types. */
export function importsOf(source: Source): Import[] {
  const found: Import[] = []
  const add = (specifier: string, offset: number) => found.push({ specifier, line: source.lineAt(offset) })
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.start),
    ExportAllDeclaration: (node) => add(node.source.value, node.start),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.source.value, node.start)
    },
    ImportExpression: (node) => {
      if (node.source.type === "Literal" && typeof node.source.value === "string") add(node.source.value, node.start)
    },
    TSImportType: (node) => add(node.source.value, node.start),
  }).visit(source.program)
  return found
}

function refusal(path: string, room: Room, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) {
    const allowed = room.packages.some((name) => isPartOf(specifier, name))
    return allowed ? undefined : `${room.folder} may not import ${specifier}${hint(room.packages)}`
  }
  const target = posix.join(posix.dirname(path), specifier)
  const other = roomOf(target)
  const allowed = other === room || (other !== undefined && room.rooms.includes(other.folder))
  return allowed ? undefined : `${room.folder} may not import ${other?.folder ?? target}${hint(room.rooms)}`
}

/** `effect/Schema` is part of `effect`, `node:fs` of `node:`. */
function isPartOf(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(name.endsWith(":") ? name : `${name}/`)
}

function hint(allowed: readonly string[]): string {
  return allowed.length === 0 ? " (it may import nothing)" : ` (it may import ${allowed.join(", ")})`
}
