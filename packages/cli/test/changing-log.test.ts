import { deepEqual, equal, match, rejects } from "node:assert/strict"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type Backend, createApp, event, memoryBackend, silentLogger } from "@millrace/core"
import { describe, it, onTestFinished } from "vitest"

import { type ExportFile, openExport } from "../src/transfer/open-export.ts"
import { writeLog } from "../src/transfer/write-log.ts"

const Note = event("note", { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } })

/** A log with three notes, to which somebody adds one each time that its groups are dumped, so many times. */
async function changingLog(times: number): Promise<Backend> {
  const backend = memoryBackend()
  const app = await createApp({ backend, logger: silentLogger })
  const add = () => app.dispatch(Note.build("notes", "note"))
  for (let note = 0; note < 3; note += 1) await add()
  let left = times
  const { operator } = backend
  return {
    ...backend,
    operator: {
      ...operator,
      async dump(query) {
        const page = await operator.dump(query)
        if (query.of === "groups" && left > 0) {
          left -= 1
          await add()
        }
        return page
      },
    },
  }
}

async function exportTo(backend: Backend): Promise<{ readonly path: string; readonly done: Promise<number> }> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-export-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, "log.jsonl")
  const file = await openExport(path, backend)
  return { path, done: written(backend, file) }
}

async function written(backend: Backend, file: ExportFile): Promise<number> {
  try {
    return await writeLog(backend, file, () => {})
  } finally {
    await file.close()
  }
}

describe("an export of a log that changes", () => {
  it("reads what comes behind the messages anew, until it is of one moment", async () => {
    const { path, done } = await exportTo(await changingLog(2))
    equal(await done, 5)
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n")
    deepEqual(
      lines.map((line) => /"kind":"([a-z-]+)"/.exec(line)?.[1]),
      ["millrace-export", "message", "message", "message", "message", "message", "end"],
    )
  })

  it("says whom to stop when it never is, and is gone on with then", async () => {
    const backend = await changingLog(5)
    const { path, done } = await exportTo(backend)
    await rejects(done, /keeps changing while it is exported: stop whoever writes to it/)
    const file = await openExport(path, backend)
    equal(file.resumed, true)
    equal(await written(backend, file), 8)
    match(await readFile(path, "utf8"), /\{"kind":"end","head":8,"records":8\}\n$/)
  })
})
