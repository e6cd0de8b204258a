import { Visitor } from "oxc-parser"

import type { Source } from "../arrows/source.ts"

/** An error that users can meet, one for each code that it comes with. */
export interface CodedError {
  readonly file: string
  readonly line: number
  readonly package: string
  readonly name: string
  readonly code: string
  /** When it is thrown. */
  readonly cause: string
  /** What to do about it: behind `@remedy` in the comment. */
  readonly remedy: string
}

/**
 * The errors with codes that a file declares, with the words of their comments.
 * A class with one code has the comment; where the code is a union, each member of the union has one of its own.
 */
export function coded(source: Source): CodedError[] {
  const found: CodedError[] = []
  const unions = new Map<string, CodeMember[]>()
  const text = (node: { readonly start: number; readonly end: number }): string =>
    source.text.slice(node.start, node.end)
  const members = (node: { readonly start: number; readonly end: number }): CodeMember[] =>
    [...text(node).matchAll(/"([a-z][a-z-]*)"/g)].map((match) => ({
      code: match[1] ?? "",
      at: node.start + match.index,
    }))
  new Visitor({
    TSTypeAliasDeclaration(node) {
      unions.set(node.id.name, members(node.typeAnnotation))
    },
    ClassDeclaration(node) {
      if (node.id === null || node.superClass?.type !== "Identifier" || node.superClass.name !== "Error") return
      const name = node.id.name
      for (const one of node.body.body) {
        if (one.type !== "PropertyDefinition" || one.key.type !== "Identifier" || one.key.name !== "code") continue
        const type = one.typeAnnotation?.typeAnnotation
        const single = one.value === null ? [] : members(one.value)
        const named = type === undefined ? [] : (unions.get(text(type)) ?? members(type))
        for (const { code, at } of [...single, ...named]) {
          const words = commentBefore(source, single.length === 1 ? declarationStart(source, node.start) : at)
          const line = source.lineAt(at)
          found.push({ file: source.path, line, package: packageOf(source.path), name, code, ...words })
        }
      }
    },
  }).visit(source.program)
  return found
}

interface CodeMember {
  readonly code: string
  readonly at: number
}

/** Where the statement begins that a class stands in: before its `export`. */
function declarationStart(source: Source, at: number): number {
  return source.text.lastIndexOf("\n", at) + 1
}

/** The comment that ends right before an offset, but for blanks and a `|`. */
function commentBefore(source: Source, at: number): { readonly cause: string; readonly remedy: string } {
  const before = source.text.slice(0, at).replace(/[\s|]+$/, "")
  const comment = before.endsWith("*/") ? before.slice(before.lastIndexOf("/**")) : ""
  const prose = comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .replaceAll(/^\s*\* ?/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim()
  const [cause = "", remedy = ""] = prose.split("@remedy")
  return { cause: cause.trim(), remedy: remedy.trim() }
}

function packageOf(path: string): string {
  return `@millrace/${path.split("/")[1] ?? ""}`
}
