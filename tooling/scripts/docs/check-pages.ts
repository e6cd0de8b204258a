import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

import type { Problem } from "../problem.ts"
import { readBlocks } from "./blocks.ts"
import { type Module, modulesOf } from "./modules.ts"
import { promises, runnable } from "./runnable.ts"

const expectationUrl = new URL("expectation.ts", import.meta.url).href
const strictSettings = new URL("../../tsconfig/strict.json", import.meta.url).pathname
const runLimitMs = 60_000

export interface Outcome {
  readonly blocks: number
  readonly ran: number
  readonly problems: readonly Problem[]
}

/**
 * Checks the types of every `ts` block of the pages and runs those that promise values.
 * `work` is a folder, emptied first, from which the packages in the blocks resolve.
 */
export function checkPages(root: string, pages: readonly string[], work: string): Outcome {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  const problems: Problem[] = []
  const placed: { module: Module; path: string }[] = []
  for (const page of pages) {
    const read = readBlocks(page, readFileSync(join(root, page), "utf8"))
    problems.push(...read.problems)
    const folder = page.replace(/\.md$/, "").replaceAll("/", "--")
    mkdirSync(join(work, folder), { recursive: true })
    for (const module of modulesOf(read.blocks)) {
      const path = `${folder}/${module.name}`
      writeFileSync(join(work, path), `${module.code}\n`)
      placed.push({ module, path })
    }
  }
  problems.push(...checkTypes(work, placed))
  const toRun = placed.filter(({ module }) => module.last && promises(module.code))
  for (const { module, path } of toRun) problems.push(...runModule(join(work, path), module))
  return { blocks: placed.length, ran: toRun.length, problems }
}

function checkTypes(work: string, placed: readonly { module: Module; path: string }[]): Problem[] {
  if (placed.length === 0) return []
  const settings = {
    extends: strictSettings,
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    files: placed.map(({ path }) => path),
  }
  writeFileSync(join(work, "tsconfig.json"), JSON.stringify(settings))
  writeFileSync(join(work, "package.json"), '{ "type": "module", "private": true }\n')
  const tsc = spawnSync("tsc", ["--noEmit", "--pretty", "false", "-p", "tsconfig.json"], {
    cwd: work,
    encoding: "utf8",
  })
  if (tsc.status === 0) return []
  const found = tsc.stdout.split("\n").flatMap((line) => placeError(line, placed))
  return found.length > 0 ? found : [{ file: "docs", says: `tsc failed: ${tsc.stdout}${tsc.stderr}` }]
}

function placeError(line: string, placed: readonly { module: Module; path: string }[]): Problem[] {
  const error = /^(\S+?)\((\d+),\d+\): error (.*)$/.exec(line)
  if (error === null) return line.startsWith("error") ? [{ file: "docs", says: line }] : []
  const [, path, at, says = ""] = error
  const module = placed.find((one) => one.path === path)?.module
  const place = module?.lines[Number(at) - 1]
  return [{ file: module?.page ?? path ?? "docs", ...(place === undefined ? {} : { line: place }), says }]
}

/** Runs in a folder of its own, so that the files a block makes are gone afterwards; packages resolve from there too. */
function runModule(file: string, module: Module): Problem[] {
  const script = file.replace(/\.ts$/, ".run.ts")
  writeFileSync(script, runnable(module, expectationUrl))
  const cwd = mkdtempSync(join(dirname(file), "run-"))
  const node = spawnSync(process.execPath, ["--conditions=millrace-source", script], {
    cwd,
    encoding: "utf8",
    timeout: runLimitMs,
  })
  rmSync(cwd, { recursive: true, force: true })
  if (node.status === 0) return []
  const mismatches = node.stdout.split("\n").flatMap((line) => {
    const match = /^(\S+?):(\d+): (should show .*)$/.exec(line)
    return match === null ? [] : [{ file: match[1] ?? module.page, line: Number(match[2]), says: match[3] ?? line }]
  })
  if (mismatches.length > 0) return mismatches
  const why = node.error?.message ?? (node.stderr.trim() || `exit code ${node.status}`)
  return [{ file: module.page, line: module.lines[0] ?? 1, says: `does not run: ${why}` }]
}
