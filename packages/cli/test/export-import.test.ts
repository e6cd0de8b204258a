import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { createApp, event, handler, silentLogger } from "@millrace/core"
import { describe, it, onTestFinished } from "vitest"

import { millrace } from "./millrace.ts"
import { stores } from "./stores.ts"

/** Each step is a process of its own. */
const PATIENCE_MS = 480_000

/** More than one page of an export, and more than one call of an import. */
const NOTES = 1_200

const Note = event("note", {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
})

/** A service that handles notes, all but a poisoned one: that becomes a dead letter until it is mended. */
function reader(handled: unknown[], mended: boolean) {
  return handler("reader", { errorStrategy: () => ({ kind: "park" }) }).on(Note, ({ payload }) => {
    if (payload === "poison" && !mended) throw new Error("poisoned")
    handled.push(payload)
  })
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "millrace-export-"))
  onTestFinished(() => rm(made, { recursive: true }))
  return made
}

/** A store in which a service has worked: its beginning was trimmed, a dead letter waits, a message is scheduled, one is not handled yet. */
async function used(at: string): Promise<string> {
  const url = `sqlite:${join(at, "used.db")}`
  const app = await createApp({ backend: url, reactors: [reader([], false)], logger: silentLogger })
  await app.appendNextToStream("first", [Note.build("first", 0), Note.build("first", 1)])
  await app.drain()
  await app.trim(1)
  const notes = Array.from({ length: NOTES }, (_, number) => Note.build("notes", number))
  await app.appendNextToStream("notes", notes)
  await app.dispatch(Note.build("bad", "poison"), { idempotencyKey: "once" })
  await app.drain()
  await app.scheduleMessages([Note.build("later", "later")], { at: new Date("2100-01-01") })
  await app.dispatch(Note.build("new", "new"))
  await app.close()
  return url
}

/** The records of an export, but what operators did. */
async function recordsIn(file: string): Promise<readonly string[]> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n")
  return lines.slice(1, -1).filter((line) => !line.includes("millrace.operated"))
}

/** Line by line, so that a failure shows the line that differs and not the whole log. */
async function sameRecords(file: string, as: string): Promise<void> {
  const [found, wanted] = [await recordsIn(file), await recordsIn(as)]
  for (const [at, line] of wanted.entries()) deepEqual(JSON.parse(found[at] ?? "null"), JSON.parse(line))
  equal(found.length, wanted.length)
}

for (const store of stores) {
  describe(`on ${store.name}`, () => {
    it(
      "a log is imported as it was exported, interruptions or not, and nothing settled runs again",
      async (test) => {
        const at = await folder()
        const [file, copy] = [join(at, "log.jsonl"), join(at, "copy.jsonl")]
        const exported = await millrace(["export", file, "--url", await used(at), "--json"])
        deepEqual([exported.code, exported.stderr], [0, ""])
        const whole = await readFile(file, "utf8")
        const lines = whole.split("\n")
        await writeFile(file, lines.with(900, lines[900]?.slice(0, 40) ?? "").join("\n"))
        const url = await store.url(test)
        const broken = await millrace(["import", file, "--url", url])
        equal(broken.code, 1)
        match(broken.stderr, /log\.jsonl:901 is no line of a Millrace export/)
        match((await millrace(["doctor", "--url", url])).stdout, /an import into this log is not finished/)

        await writeFile(file, whole)
        const again = await millrace(["import", file, "--url", url])
        equal(again.code, 0, again.stderr)
        match(again.stdout, /^\d+ records, up to position 1204, were imported from used\.db \(it was gone on with\)$/m)
        equal((await millrace(["export", copy, "--url", url])).code, 0)
        await sameRecords(copy, file)
        const twice = await millrace(["import", file, "--url", url])
        deepEqual([twice.code, twice.stdout], [1, ""])
        match(twice.stderr, /is not empty \(1204 messages, 1 groups\)/)
        await worksOn(url)
      },
      PATIENCE_MS,
    )
  })
}

/** A worker on the copy handles what waited, and nothing else. */
async function worksOn(url: string): Promise<void> {
  const handled: unknown[] = []
  const app = await createApp({ backend: url, reactors: [reader(handled, true)], logger: silentLogger })
  onTestFinished(() => app.close())
  await app.drain()
  deepEqual(handled, ["new"])
  equal((await app.dispatch(Note.build("bad", "poison"), { idempotencyKey: "once" })).duplicate, true)
  equal(await app.retryDeadLetters("reader"), 1)
  await app.drain()
  deepEqual(handled, ["new", "poison"])
  deepEqual(
    (await app.scheduled()).map(({ message }) => message.payload),
    ["later"],
  )
}

describe("an export", () => {
  it(
    "that was interrupted is gone on with, and nothing else is written over",
    async () => {
      const at = await folder()
      const url = await used(at)
      const [whole, cut] = [join(at, "whole.jsonl"), join(at, "cut.jsonl")]
      equal((await millrace(["export", whole, "--url", url])).code, 0)
      const text = await readFile(whole, "utf8")
      await writeFile(cut, text.slice(0, Math.floor(text.length / 2)))
      match((await millrace(["import", cut, "--url", `sqlite:${join(at, "other.db")}`])).stderr, /no complete export/)
      const gone = await millrace(["import", join(at, "gone.jsonl"), "--url", `sqlite:${join(at, "other.db")}`])
      equal(gone.code, 2)
      match(gone.stderr, /there is no file \S+gone\.jsonl: name what millrace export wrote$/m)
      const resumed = await millrace(["export", cut, "--url", url, "--json"])
      match(resumed.stdout, /"resumed": true/)
      equal((await readFile(cut, "utf8")).split("\n").slice(1).join("\n"), text.split("\n").slice(1).join("\n"))

      match((await millrace(["export", cut, "--url", url])).stderr, /is a complete export already/)
      await writeFile(cut, "my diary\n")
      match((await millrace(["export", cut, "--url", url])).stderr, /is no export that was interrupted/)
      equal(await readFile(cut, "utf8"), "my diary\n")
    },
    PATIENCE_MS,
  )
})
