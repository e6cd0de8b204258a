import { posix } from "node:path"

import type { Problem } from "../problem.ts"

const words = "utils?|helpers?|common|misc|base|managers?|services?|impl"
const bannedName = new RegExp(`(^|-)(${words})$`)
const bannedDeclaration =
  /^\s*export\s+(?:abstract\s+)?(?:class|interface|type|const|function)\s+(\w*(?:Utils?|Helpers?|Manager|Service|Impl|Base))\b/

/** Files written as other tools or readers expect them. */
const givenNames = /^([A-Z][A-Z_-]*(\.md)?|\..+|run)$/

/** A file is named in kebab-case after the one thing it exports, never after its being of use. */
export function checkName(path: string): Problem[] {
  const name = posix.basename(path)
  if (givenNames.test(name)) return []
  const problems: Problem[] = []
  const stem = name.replace(/(\.[a-z0-9-]+)+$/, "")
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(name)) {
    problems.push({ file: path, says: "is not named in kebab-case" })
  }
  for (const part of [...posix.dirname(path).split("/"), stem]) {
    if (bannedName.test(part)) problems.push({ file: path, says: `"${part}" names no subject: say what it holds` })
  }
  return problems
}

/** The same words hide in exported names. */
export function checkDeclarations(path: string, text: string): Problem[] {
  return text.split("\n").flatMap((content, index) => {
    const name = bannedDeclaration.exec(content)?.[1]
    return name === undefined ? [] : [{ file: path, line: index + 1, says: `${name} names no subject: say what it is` }]
  })
}
