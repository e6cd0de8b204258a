import { Visitor } from "oxc-parser"

import type { Problem } from "../problem.ts"
import { isTest, type Source } from "./source.ts"

/** Holes in the types: `any` in any position, and comments that silence the compiler. */
export function checkHoles(source: Source): Problem[] {
  if (isTest(source.path)) return []
  const problems: Problem[] = []
  const refuse = (says: string, offset: number) =>
    problems.push({ file: source.path, line: source.lineAt(offset), says })
  new Visitor({
    TSAnyKeyword: (node) =>
      refuse("`any` is a hole in the types: name the type, or take `unknown` and look", node.start),
  }).visit(source.program)
  for (const { value, start } of source.comments) {
    const silencer = /@ts-(ignore|expect-error|nocheck)/.exec(value)
    if (silencer !== null) refuse(`${silencer[0]} silences the compiler: mend the type`, start)
  }
  return problems
}
