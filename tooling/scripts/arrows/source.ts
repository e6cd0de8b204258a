import { readFileSync } from "node:fs"
import { join } from "node:path"

import { parseSync, type Program } from "oxc-parser"

/** A TypeScript file, read and parsed once for all rules. */
export interface Source {
  /** Path in the repository, with `/`. */
  readonly path: string
  readonly text: string
  readonly program: Program
  readonly comments: readonly { readonly value: string; readonly start: number }[]
  lineAt(offset: number): number
}

export function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), "utf8")
  const { program, comments } = parseSync(path, text)
  return { path, text, program, comments, lineAt: (offset) => text.slice(0, offset).split("\n").length }
}

/** Tests may do what sources may not: import anything, hold `any`. */
export function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.endsWith(".test-d.ts") || /(^|\/)tests?\//.test(path)
}
