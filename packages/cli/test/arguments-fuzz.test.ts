import { deepEqual, equal, match, ok } from "node:assert/strict"
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings"
import { createApp, event, silentLogger } from "@millrace/core"
import fc from "fast-check"
import { afterAll, beforeAll, describe, it, vi } from "vitest"

import { count, date, position } from "../src/commands/count.ts"
import { program } from "../src/program.ts"
import { runCommand } from "../src/run-command.ts"
import { millrace } from "./millrace.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const [PARSED, RUN, STARTED] = deep ? [20_000, 2_000, 20] : [400, 40, 1]
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** The exit codes that the help and the guide name. */
const DOCUMENTED = [0, 1, 2, 3, 4]

/** In every URL that is made here. */
const SECRET = "hunter2-s3cr3t"

const HOSTILE = [
  "",
  " ",
  "--",
  "-",
  "---",
  "--=",
  "-=",
  "--no-json",
  "--json=x",
  "__proto__",
  "--__proto__",
  "--constructor=1",
  "constructor",
  "'; DROP TABLE millrace_messages; --",
  '"; SELECT 1; --',
  "$where",
  "{$gt: 0}",
  "a.b",
  "*",
  "%",
  "a\nb",
  "\u001b[31m",
  "👩‍👩‍👧",
  "\ud800",
  "é",
  "x".repeat(10_000),
  "0",
  "-1",
  "1e3",
  "0x10",
  "1.5",
  " 7 ",
  "+7",
  "Infinity",
  "NaN",
  "9007199254740993",
  "2027-01-01",
  "2027-02-30",
  "soon 5",
  "1",
  "99999-01-01",
  "2026-11-21T12:00:00Z",
  "12/24/2026",
  `redis://shop:${SECRET}@127.0.0.1:999999`,
  `postgres://shop:${SECRET}@[zz]/shop`,
  `--url=postgres://shop:${SECRET}@[zz]/shop`,
  `--ur=redis://shop:${SECRET}@h`,
  `-uredis://shop:${SECRET}@127.0.0.1:999999`,
  `mongodb://shop:${SECRET}@a:1,b:2/x?%zz`,
  `shop:${SECRET}@h`,
  "memory:",
  "sqlite:",
  "sqlite:%zz",
  "sqlite://x",
  "nothing:",
  "core:",
  "a/../b:",
] as const

/** Every verb, by its words. */
function verbsOf(
  { commands }: Pick<CommandUnknownOpts, "commands">,
  path: readonly string[] = [],
): readonly (readonly string[])[] {
  return commands.flatMap((one) => {
    const here = [...path, one.name()]
    return one.commands.length > 0 ? [here, ...verbsOf(one, here)] : [here]
  })
}

function optionsOf({ commands, options }: Pick<CommandUnknownOpts, "commands" | "options">): readonly string[] {
  return [...options.flatMap(({ long, short }) => [long ?? "", short ?? ""]), ...commands.flatMap(optionsOf)]
}

const VERBS = verbsOf(program())
const OPTIONS = [...new Set(optionsOf(program()))].filter((one) => one !== "")

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...OPTIONS) },
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
)
const words = fc.array(word, { maxLength: 6 })

/** What is written while something runs. */
async function heard(run: () => Promise<unknown>): Promise<{ readonly out: string; readonly err: string }> {
  let [out, err] = ["", ""]
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation((chunk) => ((out += String(chunk)), true)),
    vi.spyOn(process.stderr, "write").mockImplementation((chunk) => ((err += String(chunk)), true)),
  ]
  try {
    await run()
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  return { out, err }
}

/** Nothing of what was said is a password, or written for whoever wrote the program. */
function isDecent(said: string): void {
  ok(!said.includes(SECRET), `the password is shown: ${said}`)
  ok(!/^\s+at .*[:(]\d+/m.test(said), `a stack is shown: ${said}`)
  ok(
    !/TypeError|ReferenceError|Cannot read propert|is not a function|ERR_[A-Z]/.test(said),
    `an error from inside is shown: ${said}`,
  )
}

/** The program, whose verbs only note what they were given. */
function listening(): { readonly run: (args: readonly string[]) => Promise<readonly unknown[] | number> } {
  let given: readonly unknown[] | undefined
  const only = (command: CommandUnknownOpts): void => {
    if (command.commands.length === 0 && command.name() !== "completion" && command.name() !== "complete")
      command.action((...all: readonly unknown[]) => void (given = all.slice(0, -1)))
    for (const below of command.commands) only(below)
  }
  return {
    async run(args) {
      given = undefined
      const millraceProgram = program()
      only(millraceProgram)
      try {
        await millraceProgram.parseAsync([...args], { from: "user" })
      } catch (error) {
        ok(error instanceof CommanderError, `not a refusal: ${String(error)}`)
        return error.exitCode
      }
      return given ?? 0
    },
  }
}

describe("arguments made by chance", () => {
  it("are taken or refused by name, and no password of theirs is repeated", { timeout: TIMEOUT_MS }, async () => {
    let tries = 0
    const { run } = listening()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...VERBS), words, async (verb, more) => {
        const { out, err } = await heard(async () => {
          const given = await run([...verb, ...more])
          if (typeof given === "number") ok(DOCUMENTED.includes(given), `exit code ${given}`)
        })
        tries += 1
        isDecent(out + err)
      }),
      { seed, numRuns: PARSED },
    )
    equal(tries, PARSED)
  })

  it("are numbers and dates only where they are written as such", { timeout: TIMEOUT_MS }, () => {
    const made = (parse: (text: string) => unknown, text: string): unknown => {
      try {
        return parse(text)
      } catch (error) {
        match(String(error), /give a (whole number|position|date)/)
        return undefined
      }
    }
    fc.assert(
      fc.property(
        fc.oneof(
          word,
          fc.nat().map(String),
          fc
            .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") })
            .map((one) => one.toISOString()),
        ),
        (text) => {
          const isNumber = /^\d+$/.test(text) && Number.isSafeInteger(Number(text))
          equal(made(count, text), isNumber && Number(text) > 0 ? Number(text) : undefined)
          equal(made(position, text), isNumber ? Number(text) : undefined)
          const day = made(date, text)
          if (day !== undefined) ok(/^\d{4}-\d{2}-\d{2}/.test(text), `${text} was taken for a date`)
          if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) deepEqual(day, new Date(text))
        },
      ),
      { seed, numRuns: PARSED },
    )
  })
})

/** Verbs that wait for a person, go on until told to end, or write elsewhere than to the store. */
const LEFT_OUT = new Set(["console", "init", "bench", "completion", "complete", "export", "doctor", "tail"])

describe("verbs with arguments made by chance", () => {
  let folder = ""
  let url = ""
  const tables = (): unknown => {
    const db = new DatabaseSync(url.slice("sqlite:".length), { readOnly: true })
    try {
      return [
        db.prepare("SELECT name, sql FROM sqlite_master ORDER BY name").all(),
        // A verb may store what it is told to (a schema, a request to a group), but nothing that is there is lost or changed.
        db.prepare("SELECT * FROM millrace_messages WHERE position = 1").all(),
      ]
    } finally {
      db.close()
    }
  }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-arguments-"))
    url = `sqlite:${join(folder, "log.db")}`
    const app = await createApp({ backend: url, logger: silentLogger })
    await app.dispatch(event("noted")("note-1"))
    await app.close()
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const runnable = VERBS.filter((path) => !path.some((one) => LEFT_OUT.has(one)))
  /** Another store may not be there; a URL may stand where something else belongs. */
  const names = fc.constantFrom(...HOSTILE.filter((one) => !one.startsWith("-")))

  it(
    "end with a documented code, in words for people, and the store is as it was",
    { timeout: TIMEOUT_MS },
    async () => {
      const before = tables()
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...runnable),
          fc.array(names, { maxLength: 3 }),
          fc.boolean(),
          async (verb, more, json) => {
            let code: number | undefined
            const { out, err } = await heard(async () => {
              code = await runCommand([...verb, ...more, "--url", url, ...(json ? ["--json"] : [])])
            })
            process.exitCode = 0
            ok(DOCUMENTED.includes(code ?? -1), `exit code ${code}`)
            isDecent(out + err)
            if (code !== 0) ok(err !== "" || out !== "", "it failed without a word")
            deepEqual(tables(), before)
          },
        ),
        { seed, numRuns: RUN },
      )
      deepEqual(
        (await readdir(folder)).filter((name) => !name.startsWith("log.db")),
        [],
      )
    },
  )

  it("end as processes with the same codes", { timeout: TIMEOUT_MS }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...VERBS), words, async (verb, more) => {
        const text = (one: string): string => one.replaceAll("\u0000", "")
        const { code, stdout, stderr } = await millrace([...verb, ...more.map(text), "--no-such-option"], {
          cwd: folder,
        })
        ok(code === 2 || code === 0, `exit code ${code}: ${stderr}`)
        isDecent(stdout + stderr)
      }),
      { seed, numRuns: STARTED },
    )
  })
})
