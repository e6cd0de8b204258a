import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

import { type Declaration, type ModuleExportName, parseSync, type Program } from "oxc-parser"

/** What a name stands for: its declarations, without their comments (a function has one for each overload). */
export type Exported = ReadonlyMap<string, readonly string[]>

interface Module {
  readonly program: Program
  readonly path: string
  readonly text: string
  /** What the file declares, exported or not. */
  readonly declared: Map<string, string[]>
}

/** Everything that a module of declarations exports, wherever it is declared. Throws when a name leads nowhere. */
export function exportedFrom(path: string): Exported {
  const module = readModule(path)
  const found = new Map<string, readonly string[]>()
  for (const statement of module.program.body) {
    if (statement.type === "ExportAllDeclaration") {
      if (!statement.source.value.startsWith(".")) found.set(`* from ${statement.source.value}`, [])
      else for (const [name, texts] of exportedFrom(beside(path, statement.source.value))) found.set(name, texts)
    }
    if (statement.type !== "ExportNamedDeclaration") continue
    if (statement.declaration !== null) {
      for (const name of namesOf(statement.declaration)) found.set(name, module.declared.get(name) ?? [])
    }
    for (const { local, exported } of statement.specifiers) {
      found.set(nameOf(exported), lookUp(module, nameOf(local), statement.source?.value))
    }
  }
  return found
}

/** The declarations of a name that a module exports from another one, from one it has imported, or from itself. */
function lookUp(module: Module, name: string, source: string | undefined): readonly string[] {
  const from = source ?? importedFrom(module.program, name)
  if (from === undefined) return module.declared.get(name) ?? missing(name, module.path)
  if (!from.startsWith(".")) return [`from ${from}`]
  const target = beside(module.path, from)
  return exportedFrom(target).get(name) ?? missing(name, target)
}

function missing(name: string, path: string): never {
  throw new Error(`${path} exports ${name}, and does not declare it`)
}

function importedFrom(program: Program, name: string): string | undefined {
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue
    if (statement.specifiers.some(({ local }) => local.name === name)) return statement.source.value
  }
  return undefined
}

const read = new Map<string, Module>()

function readModule(path: string): Module {
  const known = read.get(path)
  if (known !== undefined) return known
  const raw = readFileSync(path, "utf8")
  const text = withoutComments(raw, parseSync(path, raw).comments)
  const { program } = parseSync(path, text)
  const module: Module = { program, path, text, declared: new Map() }
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
    if (declaration === null || !isDeclaration(declaration)) continue
    for (const name of namesOf(declaration)) {
      const texts = module.declared.get(name) ?? []
      texts.push(text.slice(declaration.start, declaration.end))
      module.declared.set(name, texts)
    }
  }
  read.set(path, module)
  return module
}

function withoutComments(text: string, comments: readonly { readonly start: number; readonly end: number }[]): string {
  let at = 0
  let kept = ""
  for (const { start, end } of comments) {
    kept += text.slice(at, start)
    at = end
  }
  return kept + text.slice(at)
}

function isDeclaration(node: { readonly type: string }): node is Declaration {
  return /Declaration$|^TSDeclareFunction$/.test(node.type) && !/^(Import|Export)/.test(node.type)
}

function namesOf(declaration: Declaration): string[] {
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []))
  }
  return "id" in declaration && declaration.id !== null && declaration.id.type === "Identifier"
    ? [declaration.id.name]
    : []
}

function nameOf(name: ModuleExportName): string {
  return name.type === "Literal" ? name.value : name.name
}

function beside(path: string, specifier: string): string {
  return join(dirname(path), specifier.replace(/\.(ts|js)$/, ".d.ts"))
}
