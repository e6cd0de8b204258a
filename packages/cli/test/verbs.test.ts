import { deepEqual, equal, ok } from "node:assert/strict"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import type { CommandUnknownOpts } from "@commander-js/extra-typings"
import { createApp, event, handler, silentLogger } from "@millrace/core"
import { describe, it, onTestFinished } from "vitest"

import { program } from "../src/program.ts"
import { millrace } from "./millrace.ts"
import { stores } from "./stores.ts"

const PATIENCE_MS = 600_000

const Note = event("note", { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } })

/** Verbs that are tried elsewhere: they take no store, or are shown in a terminal or by what they make. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "init",
  "run",
  "console",
  "completion",
  "bench",
  "config show",
  "config schema",
  "schema dump",
  "schema check",
])

/** The verbs below that change a store: each is kept with who asked for it. */
const WRITES: readonly string[] = [
  "dead-letters discard",
  "dead-letters retry",
  "group reset",
  "group skip",
  "group start",
  "group stop",
  "scheduled cancel",
  "scheduled reschedule",
  "trim category",
  "trim log",
]

/** One field of each of a list's elements. */
function fieldOf(list: unknown, name: string): readonly unknown[] {
  ok(Array.isArray(list))
  return list.map((one: Readonly<Record<string, unknown>>) => one[name])
}

function pathsOf({ commands }: Pick<CommandUnknownOpts, "commands">, path: readonly string[] = []): readonly string[] {
  return commands.flatMap((one) => {
    const here = [...path, one.name()]
    return one.commands.length > 0 ? pathsOf(one, here) : [here.join(" ")]
  })
}

/** A store with two dead letters, two schedules, and a message that waits. Answers an id of each. */
async function furnish(url: string): Promise<{ readonly note: string; readonly later: string; readonly last: string }> {
  const park = handler("reader", { errorStrategy: () => ({ kind: "park" }) }).on(Note, ({ payload }) => {
    if (payload === "poison") throw new Error("poisoned")
  })
  const app = await createApp({ backend: url, reactors: [park], logger: silentLogger })
  const notes = ["bad-1", "bad-2"].map((stream) => Note.build(stream, "poison"))
  for (const note of notes) await app.dispatch(note)
  await app.drain()
  const [later, last] = [Note.build("later", 1), Note.build("later", 2)]
  await app.scheduleMessages([later, last], { at: new Date("2100-01-01") })
  await app.dispatch(Note.build("new", "new"))
  await app.close()
  return { note: notes[0]?.id ?? "", later: later.id, last: last.id }
}

for (const store of stores) {
  describe(`on ${store.name}`, () => {
    it(
      "every verb answers by URL, in JSON where it is asked to, and its exit code tells the outcome [M1.a M1.b]",
      async (test) => {
        const url = await store.url(test)
        const at = await mkdtemp(join(tmpdir(), "millrace-verbs-"))
        onTestFinished(() => rm(at, { recursive: true }))
        const { note, later, last } = await furnish(url)
        const tried = new Set<string>()
        const run = async (verb: string, args: readonly string[], code: number): Promise<unknown> => {
          tried.add(verb)
          const said = await millrace([...verb.split(" "), ...args, "--url", url, "--json"])
          equal(said.code, code, `${verb} ${args.join(" ")}: ${said.stdout}${said.stderr}`)
          // A failure is a document too, on stderr; doctor's findings are an answer.
          const text = code === 0 || verb === "doctor" ? said.stdout : said.stderr
          return JSON.parse(verb === "tail" ? `[${text.trim().split("\n").join(",")}]` : text)
        }
        const answers = async (verb: string, ...args: readonly string[]) => run(verb, args, 0)

        await answers("migrate", "--dry-run")
        await run("doctor", [], 1)
        await answers("stats")
        await answers("groups")
        await answers("streams")
        await answers("workers")
        ok(JSON.stringify(await answers("show", "bad-1")).includes("poison"))
        ok(JSON.stringify(await answers("tail", "--lines", "2")).includes("poison"))
        deepEqual(fieldOf(await answers("tail", "--stream", "bad-2"), "streamId"), ["bad-2"])
        deepEqual(fieldOf(await answers("tail", "--correlation", note), "id"), [note])
        ok(JSON.stringify(await answers("trace", note)).includes(note))
        await answers("dead-letters list")
        await answers("dead-letters show", "reader", "bad-1")
        await answers("dead-letters discard", "reader", "bad-1", "--yes")
        await answers("dead-letters retry", "reader", "bad-2")
        await answers("group stop", "reader", "--reason", "lunch")
        await answers("group start", "reader")
        await answers("group skip", "reader", "3", "--yes")
        await answers("group reset", "reader", "--yes")
        ok(JSON.stringify(await answers("scheduled list")).includes(later))
        await answers("scheduled reschedule", later, "--at", "2101-01-01T00:00:00Z")
        await answers("scheduled cancel", later, "--yes")
        await answers("trim log", "1", "--yes")
        await answers("trim category", "new", "--keep", "0", "--yes")
        await answers("export", join(at, "log.jsonl"))
        await run("import", [join(at, "log.jsonl")], 1)

        await run("show", ["nothing"], 3)
        await run("trace", ["nothing"], 3)
        await run("group start", ["nobody"], 3)
        await run("dead-letters show", ["reader", "nothing"], 3)
        await run("scheduled cancel", [later, "--yes"], 3)
        await run("scheduled cancel", [last], 4)
        await run("trim category", ["new", "--keep", "0"], 4)
        await run("trim category", ["new-1", "--keep", "0", "--yes"], 1)
        const kept = fieldOf(await answers("show", "millrace.audit"), "payload")
        const audited = new Set(kept.map((payload) => JSON.stringify(payload).match(/"verb":"([^"]+)"/)?.[1]))
        deepEqual(audited, new Set(WRITES))

        const untried = pathsOf(program()).filter(
          (verb) => !tried.has(verb) && !ELSEWHERE.has(verb) && verb !== "complete",
        )
        deepEqual(untried, [])
      },
      PATIENCE_MS,
    )
  })
}

describe("on memory", () => {
  it("verbs are refused by name: no other process can reach it [M1.a M1.b M1.c]", async () => {
    const { code, stderr } = await millrace(["stats", "--url", "memory:"])
    equal(code, 2)
    ok(stderr.includes("memory: is the memory of one process"), stderr)
  })
})
