import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { BackendError, type BackendErrorCode } from "@millrace/core/backend"
import { describe, expect, it, onTestFinished } from "vitest"

import { event, to } from "./build.ts"
import { backendOn, countOf, folder, freshLog } from "./folder.ts"

/** The code and the words of the `BackendError` that a call throws. */
async function refusal(promise: Promise<unknown>): Promise<readonly [code: BackendErrorCode, message: string]> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof BackendError)) throw new Error(`expected a BackendError, got ${String(error)}`)
  return [error.code, error.message]
}

describe("on sqlite", () => {
  it("a database that nobody migrated is refused, and a missing one is not created", async () => {
    const path = join(folder(), "none.db")
    const backend = backendOn(path)
    expect(await refusal(backend.append([to("a")]))).toEqual(["not-migrated", expect.stringContaining("migrate")])
    expect(() => readFileSync(path)).toThrow("ENOENT")
    new DatabaseSync(path).close()
    expect((await refusal(backend.read({ from: "log", limit: 1 })))[0]).toBe("not-migrated")
    await backend.migrate()
    expect(await countOf(backend)).toBe(0)
  })

  it("a folder in place of a file, a missing folder and a file of another kind are told apart", async () => {
    const path = folder()
    mkdirSync(join(path, "sub"))
    writeFileSync(join(path, "letter.txt"), "Dear reader, this is no database at all. ".repeat(50))
    const tell = (name: string) => refusal(backendOn(join(path, name)).migrate())
    expect(await tell("sub")).toEqual(["not-a-log", expect.stringContaining("is a folder")])
    expect(await tell("letter.txt")).toEqual(["not-a-log", expect.stringContaining("not a SQLite database")])
    expect(await tell("none/x.db")).toEqual(["unavailable", expect.stringContaining("folder exists")])
    expect(readFileSync(join(path, "letter.txt"), "utf8")).toContain("Dear reader")
  })

  it("a damaged file is corrupt, and left as it is", async () => {
    const { path, backend } = await freshLog()
    for (let at = 0; at < 20; at += 1) await backend.append([to("a", event("a", "x".repeat(4_000)))])
    await backend.close()
    const bytes = readFileSync(path)
    bytes.fill(0xa5, 8_192)
    writeFileSync(path, bytes)
    const damaged = backendOn(path)
    expect(await refusal(damaged.append([to("a")]))).toEqual(["corrupt", expect.stringContaining("backup")])
    await damaged.close()
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it("a log of a later release is refused by name, by every call and by migrate", async () => {
    const { path, backend } = await freshLog()
    await backend.append([to("a")])
    await backend.close()
    const raw = new DatabaseSync(path)
    raw.exec("UPDATE millrace_log SET format = 99")
    raw.close()
    const later = backendOn(path)
    expect(await refusal(later.read({ from: "log", limit: 1 }))).toEqual([
      "newer-format",
      expect.stringContaining("upgrade"),
    ])
    expect((await refusal(later.migrate()))[0]).toBe("newer-format")
    expect((await refusal(later.append([to("a")])))[0]).toBe("newer-format")
  })

  it("tables of our names that somebody else made are left alone", async () => {
    const path = join(folder(), "theirs.db")
    const raw = new DatabaseSync(path)
    onTestFinished(() => raw.close())
    raw.exec("CREATE TABLE millrace_messages (text); INSERT INTO millrace_messages VALUES ('mine')")
    expect(await refusal(backendOn(path).migrate())).toEqual(["not-a-log", expect.stringContaining("tablePrefix")])
    expect(raw.prepare("SELECT text FROM millrace_messages").all()).toHaveLength(1)
    const beside = backendOn(path, { tablePrefix: "log_" })
    await beside.migrate()
    await beside.append([to("a")])
    expect(await countOf(beside)).toBe(1)
    raw.exec("CREATE TABLE other_log (id INTEGER, words TEXT)")
    expect((await refusal(backendOn(path, { tablePrefix: "other_" }).append([to("a")])))[0]).toBe("not-a-log")
  })

  it("a database locked for longer than busyTimeoutMs is unavailable, and nothing is lost by it [lesson 35]", async () => {
    const { path, backend } = await freshLog({ busyTimeoutMs: 30 })
    const raw = new DatabaseSync(path)
    onTestFinished(() => raw.close())
    raw.exec("BEGIN IMMEDIATE")
    expect(await refusal(backend.append([to("a")]))).toEqual(["unavailable", expect.stringContaining("locked")])
    expect(await countOf(backend)).toBe(0)
    raw.exec("COMMIT")
    await backend.append([to("a")])
    expect(await countOf(backend)).toBe(1)
  })

  it("a lock that ends in time is waited for without blocking this process", async () => {
    const { path, backend } = await freshLog()
    const raw = new DatabaseSync(path)
    onTestFinished(() => raw.close())
    raw.exec("BEGIN IMMEDIATE")
    const order: string[] = []
    const appended = backend.append([to("a")]).then(() => order.push("appended"))
    await new Promise((resolve) => setImmediate(resolve))
    order.push("this process goes on")
    raw.exec("COMMIT")
    await appended
    expect(order).toEqual(["this process goes on", "appended"])
  })

  it("a full database says so, keeps what it has, and takes writes again once there is room", async () => {
    const { path, backend } = await freshLog()
    await backend.append([to("a")])
    await backend.close()
    const raw = new DatabaseSync(path)
    onTestFinished(() => raw.close())
    const tight = backendOn(raw)
    await tight.migrate()
    raw.exec(`PRAGMA max_page_count = ${Number(raw.prepare("PRAGMA page_count").get()?.["page_count"])}`)
    const large = () => to("b", ...Array.from({ length: 20 }, () => event("b", "y".repeat(4_000))))
    expect(await refusal(tight.append([large()]))).toEqual(["full", expect.stringContaining("free space")])
    expect((await tight.read({ from: "log", limit: 9 })).messages.map(({ streamId }) => streamId)).toEqual(["a"])
    raw.exec("PRAGMA max_page_count = 1000000")
    expect((await tight.append([large()]))[0]?.kind).toBe("appended")
    expect(await countOf(tight)).toBe(21)
  })

  it("a database opened for reading only is read-only, and still read", async () => {
    const { path, backend } = await freshLog()
    await backend.append([to("a")])
    const raw = new DatabaseSync(path, { readOnly: true })
    onTestFinished(() => raw.close())
    const reading = backendOn(raw)
    expect(await refusal(reading.append([to("a")]))).toEqual(["read-only", expect.stringContaining("write access")])
    expect(await countOf(reading)).toBe(1)
  })

  it("options that can not be are refused at once", () => {
    for (const [option, value] of Object.entries({
      tablePrefix: "a; DROP",
      synchronous: "OFF",
      partitions: 0,
      busyTimeoutMs: -1,
    })) {
      expect(() => backendOn(":memory:", { [option]: value })).toThrow(option)
    }
  })
})
