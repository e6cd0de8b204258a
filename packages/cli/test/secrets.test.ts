import { equal, ok } from "node:assert/strict"
import { fileURLToPath } from "node:url"

import type { CommandUnknownOpts } from "@commander-js/extra-typings"
import { describe, it, onTestFinished, vi } from "vitest"

import { program } from "../src/program.ts"
import { runCommand } from "../src/run-command.ts"

const MAILER = fileURLToPath(new URL("fixtures/mailer.ts", import.meta.url))
const PASSWORD = "s3cr3t-pw"

/** Nothing listens on port 1: some verbs try for a while. */
const postgresPort = process.env["MILLRACE_DEEP"] === "1" ? 1 : 999_999

/** Stores that can not be reached, or whose URL can not be read. */
const URLS = [
  `postgres://shop:${PASSWORD}@127.0.0.1:${postgresPort}/shop`,
  `redis://shop:${PASSWORD}@127.0.0.1:999999`,
  `mongodb://shop:${PASSWORD}@127.0.0.1:999999/shop`,
]

/** What verbs are given besides the store. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = { run: [MAILER], skip: ["shop", "1"] }

interface Verb {
  readonly words: readonly string[]
  readonly json: boolean
}

/** Each verb that takes the URL of a store, with arguments. */
function storeVerbs({ commands }: Pick<CommandUnknownOpts, "commands">, path: readonly string[] = []): readonly Verb[] {
  return commands.flatMap((one) => {
    const here = [...path, one.name()]
    if (one.commands.length > 0) return storeVerbs(one, here)
    const has = (long: string): boolean => one.options.some((option) => option.long === long)
    // A person's terminal: it says no more than `stats` does when it can not connect.
    if (!has("--url") || one.name() === "console") return []
    const needed = one.registeredArguments.filter(({ required }) => required).map((_, at) => `argument-${at}`)
    return [{ words: [...here, ...(ARGUMENTS[one.name()] ?? needed)], json: has("--json") }]
  })
}

/** Everything that is written to stdout and stderr until the test has finished. */
function heard(): () => string {
  let said = ""
  const listen = (chunk: unknown): boolean => {
    said += String(chunk)
    return true
  }
  const out = vi.spyOn(process.stdout, "write").mockImplementation(listen)
  const err = vi.spyOn(process.stderr, "write").mockImplementation(listen)
  onTestFinished(() => {
    out.mockRestore()
    err.mockRestore()
  })
  return () => said
}

describe("every verb that can not reach its store", () => {
  it.each(URLS)("keeps the password to itself, in JSON too: %s", { timeout: 120_000 }, async (url) => {
    const said = heard()
    const before = process.exitCode
    onTestFinished(() => void (process.exitCode = before))
    const verbs = storeVerbs(program())
    ok(verbs.length > 15, `only ${verbs.length} verbs take a store`)
    for (const { words, json } of verbs) {
      for (const last of json ? [[], ["--json"]] : [[]]) {
        process.exitCode = undefined
        const begun = said().length
        const code = await runCommand([...words, "--url", url, ...last])
        const told = said().slice(begun)
        ok(code !== 0, `${words.join(" ")} ended well: ${told}`)
        equal(told.includes(PASSWORD), false, `${words.join(" ")} ${last.join(" ")} shows the password`)
      }
    }
  })
})
