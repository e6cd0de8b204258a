import { deepEqual, equal, match, ok } from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import type { CommandUnknownOpts } from "@commander-js/extra-typings"
import { describe, it, onTestFinished } from "vitest"

import { program } from "../src/program.ts"
import { millrace } from "./millrace.ts"

/** The path of each verb: `group stop`. */
function verbs(
  { commands }: Pick<CommandUnknownOpts, "commands">,
  path: readonly string[] = [],
): readonly (readonly string[])[] {
  return commands.flatMap((one) => {
    const here = [...path, one.name()]
    return one.commands.length > 0 ? verbs(one, here) : [here]
  })
}

describe("the command", () => {
  it("shows an example in the help of each verb", async () => {
    const all = verbs(program())
    ok(all.length > 15)
    for (const path of all) {
      const { code, stdout } = await millrace([...path, "--help"])
      equal(code, 0)
      match(stdout, new RegExp(`Example:\\n {2}millrace ${path.join(" ")}`), path.join(" "))
    }
  }, 60_000)

  it("loads neither effect nor a storage's driver for its help", () => {
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
    const code = `
      import { registerHooks } from "node:module"
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      process.argv = [process.argv[0], ${JSON.stringify(main)}, "--help"]
      process.stdout.write = () => true
      await import(${JSON.stringify(main)})
      process.stderr.write(loaded.filter((url) => !url.startsWith("node:")).join("\\n"))`
    const run = spawnSync(process.execPath, ["--conditions=millrace-source", "--input-type=module", "-e", code], {
      encoding: "utf8",
    })
    ok(run.stderr.includes("/cli/src/program.ts"), run.stderr)
    deepEqual(
      run.stderr
        .split("\n")
        .filter((url) => /\/(effect|pg|ioredis|mongodb|yaml)\/|packages\/(core|bus|sqlite|postgres)\//.test(url)),
      [],
    )
  })

  it("says which store it wants, and what to install for one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-cli-"))
    onTestFinished(() => rm(folder, { recursive: true }))
    const none = await millrace(["stats"], { cwd: folder })
    deepEqual([none.code, none.stdout], [2, ""])
    match(none.stderr, /which store\? Give --url/)
    const strange = await millrace(["stats", "--url", "oracle://host/db"], { cwd: folder })
    equal(strange.code, 1)
    match(strange.stderr, /oracle: needs the package @millrace\/oracle: run npm install @millrace\/oracle/)
    await writeFile(join(folder, "millrace.yaml"), "backend: sqlite:nowhere.db\n")
    const configured = await millrace(["stats"], { cwd: folder })
    match(configured.stderr, /nowhere\.db does not exist: run migrate/)
  })

  it("refuses verbs, options and values that it does not know, with exit code 2", async () => {
    for (const args of [
      ["bogus"],
      ["stats", "--bogus"],
      ["tail", "--lines", "few"],
      ["group", "reset", "a", "--to-date", "soon"],
    ]) {
      const { code, stdout, stderr } = await millrace(args)
      deepEqual([code, stdout], [2, ""], stderr)
    }
  })

  it("prints a config's JSON Schema, and what a config means without its secrets [L8.e]", async () => {
    const { stdout } = await millrace(["config", "schema"])
    ok(stdout.includes('"stream_use"'))
    const folder = await mkdtemp(join(tmpdir(), "millrace-cli-"))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, "millrace.yaml"), "backend: postgres://user:secret@host/db\n")
    const shown = await millrace(["config", "show"], { cwd: folder })
    match(shown.stdout, /postgres:\/\/user:\*\*\*@host\/db/)
    await writeFile(join(folder, "millrace.yaml"), "back_end: sqlite:a.db\n")
    const wrong = await millrace(["config", "show"], { cwd: folder })
    equal(wrong.code, 1)
    match(wrong.stderr, /millrace\.yaml:1:1: back_end: there is no such key: did you mean backend\?/)
  })
})
