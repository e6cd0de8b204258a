import { existsSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"

import type { Problem } from "../problem.ts"
import { filesBelow } from "../repository.ts"
import { checkGivenOnly } from "./given-only.ts"
import { checkHoles } from "./holes.ts"
import { checkImports } from "./imports.ts"
import { checkDeclarations, checkName } from "./names.ts"
import { checkSizes } from "./sizes.ts"
import { readSource } from "./source.ts"
import { checkLockfile, checkWords } from "./words.ts"

const readable = new Set([".ts", ".mjs", ".js", ".json", ".md", ".yaml", ".yml", ".sql", ".lua", ".sh", ".txt", ""])
const lockfiles = new Set(["pnpm-lock.yaml", "package-lock.json"])

/** Every rule of the house over every file of a repository. */
export function checkHouse(root: string): { files: number; problems: Problem[] } {
  const files = filesBelow(root)
  const problems: Problem[] = []
  const lineCounts = new Map<string, number>()
  for (const path of files) {
    problems.push(...checkName(path))
    if (!readable.has(posix.extname(path))) continue
    const text = readFileSync(join(root, path), "utf8")
    problems.push(...(lockfiles.has(posix.basename(path)) ? checkLockfile(path, text) : checkWords(path, text)))
    if (!path.endsWith(".ts")) continue
    lineCounts.set(path, text.trimEnd().split("\n").length)
    const source = readSource(root, path)
    problems.push(
      ...checkDeclarations(path, text),
      ...checkImports(source),
      ...checkGivenOnly(source),
      ...checkHoles(source),
    )
  }
  problems.push(...checkSizes(lineCounts, readExceptions(join(root, "tooling/size-exceptions.json"))))
  return { files: files.length, problems }
}

function readExceptions(file: string): Record<string, string> {
  const content: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {}
  if (typeof content !== "object" || content === null) throw new Error(`${file} holds no object`)
  return Object.fromEntries(Object.entries(content).map(([path, reason]) => [path, String(reason)]))
}
