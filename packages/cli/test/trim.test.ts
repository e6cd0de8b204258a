import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { createApp, event, handler, silentLogger } from "@millrace/core"
import { describe, it, onTestFinished } from "vitest"

import { millrace } from "./millrace.ts"
import { stores } from "./stores.ts"

/** Each step is a process of its own. */
const PATIENCE_MS = 480_000

const Note = event("note", { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } })

/** A store whose group has handled all but the last of eight messages, of two categories in turn. */
async function used(url: string): Promise<void> {
  const reader = handler("reader").on(Note, () => {})
  const app = await createApp({ backend: url, reactors: [reader], logger: silentLogger })
  for (let number = 0; number < 8; number += 1) {
    if (number === 7) await app.drain()
    await app.dispatch(Note.build(number % 2 === 0 ? `auth-${number}` : "other", number))
  }
  await app.dispatch(Note.build("auth", 8))
  await app.close()
}

for (const store of stores.filter(({ name }) => name === "sqlite" || name === "postgres")) {
  describe(`on ${store.name}`, () => {
    it(
      "a category is trimmed from a terminal as far as groups have settled it, by force beyond, and what is left is exported and imported",
      async (test) => {
        const url = await store.url(test)
        await used(url)
        const on = (...args: readonly string[]) => millrace([...args, "--url", url])
        const gently = await on("trim", "category", "auth", "--keep", "0", "--yes")
        deepEqual([gently.code, gently.stderr], [0, ""])
        match(gently.stdout, /^4 messages removed: nothing of auth is left up to 7$/m)
        match(gently.stdout, /^held back by reader$/m)
        const forced = await on("trim", "category", "auth", "--keep", "0", "--force", "--yes", "--json")
        deepEqual(JSON.parse(forced.stdout), {
          category: "auth",
          removed: 1,
          more: false,
          trimmedTo: 9,
          heldBackBy: [],
        })
        match((await on("stats")).stdout, /^auth: trimmed +5, up to 9$/m)

        const folder = await mkdtemp(join(tmpdir(), "millrace-trim-"))
        onTestFinished(() => rm(folder, { recursive: true }))
        const [file, copy] = [join(folder, "log.jsonl"), join(folder, "copy.jsonl")]
        equal((await on("export", file)).code, 0)
        const other = `sqlite:${join(folder, "other.db")}`
        const imported = await millrace(["import", file, "--url", other])
        deepEqual([imported.code, imported.stderr], [0, ""])
        equal((await millrace(["export", copy, "--url", other])).code, 0)
        deepEqual(await messagesIn(copy), await messagesIn(file))
        match((await millrace(["stats", "--url", other])).stdout, /^auth: trimmed +5, up to 9$/m)
      },
      PATIENCE_MS,
    )
  })
}

/** What an export holds of messages and the places between them, but what operators did. */
async function messagesIn(file: string): Promise<readonly unknown[]> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n")
  const kept = lines.filter((line) => /"kind":"(message|gap)"/.test(line) && !line.includes("millrace.operated"))
  return kept.map((line): unknown => JSON.parse(line))
}
