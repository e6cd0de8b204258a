import { Visitor } from "oxc-parser"

import type { Problem } from "../problem.ts"
import { givenOnly } from "./house.ts"
import { isTest, type Source } from "./source.ts"

const members = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "crypto.randomUUID",
  "crypto.getRandomValues",
  "process.env",
  "process.hrtime",
  "process.pid",
])
const calls = new Set(["setTimeout", "setInterval", "setImmediate", "fetch"])

/** Clocks, timers and randomness that a room reads instead of being given them. */
export function checkGivenOnly(source: Source): Problem[] {
  if (isTest(source.path) || !givenOnly.some((folder) => source.path.startsWith(`${folder}/`))) return []
  const problems: Problem[] = []
  const refuse = (what: string, offset: number) =>
    problems.push({ file: source.path, line: source.lineAt(offset), says: `takes ${what} itself: let it be given` })
  new Visitor({
    ImportSpecifier: (node) => {
      const name = node.imported.type === "Identifier" ? node.imported.name : node.imported.value
      if (/^(random[A-Z]\w*|getRandomValues|webcrypto)$/.test(name)) refuse(name, node.start)
    },
    MemberExpression: (node) => {
      if (node.object.type !== "Identifier" || node.property.type !== "Identifier") return
      const name = `${node.object.name}.${node.property.name}`
      if (members.has(name)) refuse(name, node.start)
    },
    CallExpression: (node) => {
      if (node.callee.type === "Identifier" && calls.has(node.callee.name)) refuse(node.callee.name, node.start)
    },
    NewExpression: (node) => {
      const isNow = node.callee.type === "Identifier" && node.callee.name === "Date" && node.arguments.length === 0
      if (isNow) refuse("new Date()", node.start)
    },
  }).visit(source.program)
  return problems
}
