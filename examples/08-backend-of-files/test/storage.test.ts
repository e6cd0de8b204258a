import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import type { Backend } from "@millrace/core/backend"
import { expect, it, onTestFinished } from "vitest"

import { filesBackend } from "../src/files-backend.ts"
import { event } from "./event.ts"

/** Another process, on a machine that has other things to do. */
const PROCESS_MS = 60_000

const FILL = fileURLToPath(new URL("fill.ts", import.meta.url))

it("a line that a crash tore is dropped at the next opening, and the log goes on behind the last whole one", async () => {
  const folder = newFolder()
  await filled(folder, 3)
  const journal = join(folder, "journal")
  const whole = readFileSync(journal)
  appendFileSync(journal, whole.subarray(-100, -1))
  const anew = open(folder)
  expect((await anew.read({ from: "log", limit: 10 })).messages.map(({ id }) => id)).toEqual(["m1", "m2", "m3"])
  expect(readFileSync(journal)).toEqual(whole)
  expect(await append(anew, 4)).toMatchObject([{ kind: "appended", position: 4 }])
})

it("a damaged line with whole ones behind it is refused as corrupt, for something acknowledged is lost", async () => {
  const folder = newFolder()
  await filled(folder, 3)
  const journal = join(folder, "journal")
  const text = readFileSync(journal, "utf8")
  writeFileSync(journal, text.replace('"m2"', '"mm"'))
  await expect(open(folder).read({ from: "log", limit: 1 })).rejects.toMatchObject({ code: "corrupt" })
})

it("a folder with a journal that is none is no log", async () => {
  const folder = newFolder()
  writeFileSync(join(folder, "journal"), "something else\n")
  await expect(open(folder).migrate()).rejects.toMatchObject({ code: "not-a-log" })
})

it("a folder has one owner: a second backend is refused until the first is closed", async () => {
  const folder = newFolder()
  const first = open(folder)
  await first.migrate()
  const second = open(folder)
  await expect(second.migrate()).rejects.toMatchObject({ code: "unavailable" })
  await first.close()
  await second.migrate()
  expect(await append(second, 1)).toMatchObject([{ kind: "appended", position: 1 }])
})

it(
  "a process killed while it appends loses nothing it had acknowledged, and its folder has a new owner at once",
  async () => {
    const folder = newFolder()
    const { lines, process: filler, ended } = fill(folder, "exec")
    for await (const line of lines) if (line === "50") filler.kill("SIGKILL")
    await ended
    const anew = open(folder)
    const { messages, head } = await anew.read({ from: "log", limit: 10_000 })
    expect(head).toBeGreaterThanOrEqual(50)
    expect(messages.map(({ id }) => id)).toEqual(Array.from({ length: head }, (_, n) => `m${n + 1}`))
    expect(await append(anew, head)).toMatchObject([{ kind: "duplicate" }])
    expect(await append(anew, head + 1)).toMatchObject([{ kind: "appended", position: head + 1 }])
  },
  PROCESS_MS,
)

it(
  "a write for which there is no room throws full, stores nothing, and leaves a log that can be opened",
  async () => {
    const folder = newFolder()
    // No file may grow beyond so many blocks of 1 KiB.
    const { lines, ended } = fill(folder, "ulimit -f 16; exec")
    const said: string[] = []
    for await (const line of lines) said.push(line)
    await ended
    const acknowledged = Number(said.at(-2))
    expect(acknowledged).toBeGreaterThan(5)
    expect(said.at(-1)).toBe(`full at head ${acknowledged}`)
    const anew = open(folder)
    expect((await anew.read({ from: "log", limit: 1 })).head).toBe(acknowledged)
    expect(await append(anew, acknowledged + 1)).toMatchObject([{ kind: "appended", position: acknowledged + 1 }])
  },
  PROCESS_MS,
)

it("a journal that has grown is written anew, and holds the same", async () => {
  const folder = newFolder()
  const backend = open(folder)
  await backend.migrate()
  await append(backend, 1)
  const value = "x".repeat(1_000_000)
  for (let revision = 0; revision < 10; revision += 1)
    await backend.append([
      { streams: [], documents: [{ collection: "c", id: "d", expectedRevision: revision, value }] },
    ])
  await backend.close()
  expect(statSync(join(folder, "journal")).size).toBeLessThan(5_000_000)
  const anew = open(folder)
  expect(await anew.documents({ collection: "c", ids: ["d"] })).toEqual([
    { collection: "c", id: "d", revision: 10, value },
  ])
  expect((await anew.read({ from: "log", limit: 10 })).messages.map(({ id }) => id)).toEqual(["m1"])
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "millrace-files-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function open(folder: string): Backend<never> {
  const backend = filesBackend({ folder })
  onTestFinished(() => backend.close())
  return backend
}

async function filled(folder: string, messages: number): Promise<void> {
  const backend = open(folder)
  await backend.migrate()
  for (let n = 1; n <= messages; n += 1) await append(backend, n)
  await backend.close()
}

async function append(backend: Backend<never>, n: number): Promise<unknown> {
  return backend.append([{ streams: [{ streamId: "a", expected: "any", messages: [event(`m${n}`)] }] }])
}

interface Filler {
  readonly lines: AsyncIterable<string>
  readonly process: ChildProcess
  readonly ended: Promise<unknown>
}

function fill(folder: string, how: string): Filler {
  const command = `${how} "$0" --conditions=millrace-source "$1" "$2"`
  const child = spawn("bash", ["-c", command, process.execPath, FILL, folder], { stdio: ["ignore", "pipe", "inherit"] })
  return { lines: createInterface({ input: child.stdout }), process: child, ended: once(child, "exit") }
}
