import { deepEqual, doesNotThrow, equal, match, ok } from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import type { CommandUnknownOpts } from "@commander-js/extra-typings"
import { describe, it, onTestFinished } from "vitest"

import { program } from "../src/program.ts"
import { millrace } from "./millrace.ts"

const MAILER = fileURLToPath(new URL("fixtures/mailer.ts", import.meta.url))

/** The path of each verb: `group stop`. */
function verbs(
  { commands }: Pick<CommandUnknownOpts, "commands">,
  path: readonly string[] = [],
): readonly (readonly string[])[] {
  return commands.filter(isShown).flatMap((one) => {
    const here = [...path, one.name()]
    return one.commands.length > 0 ? verbs(one, here) : [here]
  })
}

/** What the shell's script asks is no verb for people. */
function isShown(one: CommandUnknownOpts): boolean {
  return one.name() !== "complete"
}

/** The files that the command loads for these arguments. */
function loadedFor(args: readonly string[]): readonly string[] {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
  const code = `
    import { registerHooks } from "node:module"
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    process.argv = [process.argv[0], ${JSON.stringify(main)}, ...${JSON.stringify(args)}]
    process.stdout.write = () => true
    await import(${JSON.stringify(main)})
    process.stderr.write(loaded.filter((url) => !url.startsWith("node:")).join("\\n"))`
  const run = spawnSync(process.execPath, ["--conditions=millrace-source", "--input-type=module", "-e", code], {
    encoding: "utf8",
  })
  ok(run.stderr.includes("/cli/src/program.ts"), run.stderr)
  return run.stderr.split("\n")
}

describe("the command", () => {
  it("shows an example in the help of each verb, each of which takes --json", async () => {
    const all = verbs(program())
    ok(all.length > 15)
    for (const path of all) {
      const { code, stdout } = await millrace([...path, "--help"])
      equal(code, 0)
      match(stdout, new RegExp(`Example:\\n {2}millrace ${path.join(" ")}`), path.join(" "))
      match(stdout, /^ +--json +/m, path.join(" "))
    }
  }, 240_000)

  it("loads neither effect nor a storage's driver for its help and its completion", () => {
    for (const args of [["--help"], ["group", "reset", "--help"], ["completion", "zsh"], ["complete", "--", "gr"]]) {
      const heavy = /\/(effect|pg|ioredis|mongodb|yaml)\/|packages\/(core|bus|sqlite|postgres|redis|mongodb)\//
      deepEqual(
        loadedFor(args).filter((url) => heavy.test(url)),
        [],
        args.join(" "),
      )
    }
  })

  it("completes verbs, their options and nothing unknown, for bash, zsh and fish", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, stdout } = await millrace(["completion", shell])
      equal(code, 0)
      match(stdout, /millrace complete --/)
    }
    match((await millrace(["complete", "--", "gr"])).stdout, /^groups\t.*\ngroup\t/)
    match((await millrace(["complete", "--", "group", "re"])).stdout, /^reset\thandle again what a group has handled$/m)
    match((await millrace(["complete", "--", "group", "reset", "--to"])).stdout, /^--to-position\t[^]*^--to-date\t/m)
    equal((await millrace(["completion", "klingon"])).code, 2)
  })

  it("opens a prompt with a file's app in it, and what else the file exports", async () => {
    const folder = await mkdtemp(join(tmpdir(), "millrace-cli-"))
    onTestFinished(() => rm(folder, { recursive: true }))
    const url = `sqlite:${join(folder, "log.db")}`
    const said = await millrace(["console", MAILER, "--process-name", "prompt", "--url", url], {
      stdin: "(await app.stats()).messages\nbus.service\n.exit\n",
    })
    deepEqual([said.code, said.stderr], [0, ""])
    // Of the schemas that the service has published.
    match(said.stdout, /^millrace> 1$/m)
    match(said.stdout, /^millrace> 'mailer'$/m)
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

  it("tells a wrong call in JSON where that is asked for", async () => {
    const { code, stdout, stderr } = await millrace(["group", "reset", "a", "--to-date", "soon", "--json"])
    deepEqual([code, stdout], [2, ""])
    match(stderr, /^\{"error":\{"code":"usage","message":"option '--to-date <date>' argument 'soon' is invalid/)
    doesNotThrow(() => JSON.parse(stderr))
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
      match(stderr, /\(add --help for what is possible\)/)
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
