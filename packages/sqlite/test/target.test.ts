import { existsSync } from "node:fs"
import { join, relative } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"

import { describe, expect, it, onTestFinished } from "vitest"

import { open, sqliteBackend } from "../src/index.ts"
import { event, to } from "./build.ts"
import { backendOn, countOf, folder, freshLog } from "./folder.ts"

describe("on sqlite", () => {
  it("every form of a target names the same file [S36.a]", async () => {
    const path = join(folder(), "shop and more.db")
    const url = pathToFileURL(path)
    const forms = [
      path,
      `sqlite:${path}`,
      `sqlite://${path}`,
      `sqlite:${relative(process.cwd(), path)}`,
      `sqlite://${url.pathname}`,
      url,
    ]
    for (const [at, form] of forms.entries()) {
      const backend = backendOn(form)
      await backend.migrate()
      await backend.append([to("a")])
      expect(await countOf(backend)).toBe(at + 1)
      expect((await backend.operator.stats()).name).toBe("shop and more.db")
    }
    expect(existsSync(path)).toBe(true)
  })

  it("open makes a backend of a URL, and each :memory: is a log of its own", async () => {
    const [one, two] = [open("sqlite::memory:"), open("sqlite::memory:")]
    onTestFinished(() => Promise.all([one.close(), two.close()]).then(() => {}))
    await Promise.all([one.migrate(), two.migrate()])
    await one.append([to("a")])
    expect([await countOf(one), await countOf(two)]).toEqual([1, 0])
    expect([one.capabilities.persistent, one.capabilities.reach]).toEqual([false, "process"])
  })

  it("an index that somebody dropped is a step of its own, and made again", async () => {
    const path = join(folder(), "shop.db")
    const backend = backendOn(path)
    await backend.migrate()
    await backend.close()
    const beside = new DatabaseSync(path)
    onTestFinished(() => beside.close())
    beside.exec("DROP INDEX millrace_messages_id; DROP INDEX millrace_lanes_due")
    const steps = ["make the index millrace_messages_id again", "make the index millrace_lanes_due again"]
    const later = backendOn(path)
    expect((await later.migrate({ dryRun: true })).steps).toEqual(steps)
    expect((await later.migrate()).steps).toEqual(steps)
    expect((await later.migrate()).steps).toEqual([])
    await later.append([to("a")])
    expect(await countOf(later)).toBe(1)
  })

  it("a URL that names no database is refused with what to write instead", () => {
    for (const url of ["sqlite:", "sqlite://host/shop.db", "sqlite:shop.db?mode=ro", "sqlite:%zz"]) {
      expect(() => sqliteBackend(url)).toThrow("sqlite:shop.db")
    }
  })

  it("a connection of the user's own is used and never closed, and keeps its other tables", async () => {
    for (const place of [":memory:", join(folder(), "own.db")]) {
      const own = new DatabaseSync(place)
      onTestFinished(() => own.close())
      own.exec("CREATE TABLE carts (id TEXT); INSERT INTO carts VALUES ('cart-1')")
      const backend = sqliteBackend(own)
      await backend.migrate()
      await backend.append([to("a")])
      expect(await countOf(backend)).toBe(1)
      await backend.close()
      expect(own.isOpen).toBe(true)
      expect(own.prepare("SELECT id FROM carts").all()).toHaveLength(1)
      const again = backendOn(own)
      expect(await countOf(again)).toBe(1)
      await again.operator.uninstall((await again.operator.stats()).name)
      expect(own.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toHaveLength(1)
    }
  })

  it("a transaction of the connection's owner is waited for, not joined", async () => {
    const own = new DatabaseSync(":memory:")
    onTestFinished(() => own.close())
    const backend = backendOn(own)
    await backend.migrate()
    own.exec("BEGIN")
    const order: string[] = []
    const appended = backend.append([to("a")]).then(() => order.push("appended"))
    await new Promise((resolve) => setImmediate(resolve))
    order.push("rolled back")
    own.exec("ROLLBACK")
    await appended
    expect(order).toEqual(["rolled back", "appended"])
    expect(await countOf(backend)).toBe(1)
  })

  it("two prefixes keep two logs apart in one file, also when one begins like the other [S36.c lesson 19]", async () => {
    const path = join(folder(), "two.db")
    const [one, two] = [backendOn(path, { tablePrefix: "a_" }), backendOn(path, { tablePrefix: "a_b_" })]
    await Promise.all([one.migrate(), two.migrate()])
    await one.append([to("s"), to("s")])
    await two.append([to("s", event("s", 1, "drop table x; --"))])
    expect([await countOf(one), await countOf(two)]).toEqual([2, 1])
    const { name } = await one.operator.stats()
    expect(name).toBe("two.db/a_")
    await expect(one.operator.uninstall("two.db")).rejects.toMatchObject({ code: "invalid" })
    await one.operator.uninstall(name)
    expect(await countOf(two)).toBe(1)
    await expect(one.append([to("s")])).rejects.toMatchObject({ code: "not-migrated" })
  })

  it("synchronous is applied: FULL flushes what must last and spares leases, NORMAL never waits", async () => {
    const levels = async (options: { readonly synchronous?: "NORMAL" }) => {
      const said: string[] = []
      const { backend } = await freshLog({
        ...options,
        onStatement: (sql) => void (/PRAGMA synchronous/.test(sql) && said.push(sql)),
      })
      const owner = { processName: "p", bootId: "b" }
      await backend.append([to("a")])
      await backend.heartbeat({ kind: "join", owner, facts: { host: "h", pid: 1 }, wants: [] })
      await backend.append([to("a")])
      return { said, durability: backend.capabilities.durability }
    }
    const full = await levels({})
    expect(full.said.map((sql) => sql.split("= ")[1])).toEqual(["FULL", "FULL", "NORMAL", "FULL"])
    expect(full.durability).toContain("power failure")
    expect(new Set((await levels({ synchronous: "NORMAL" })).said)).toEqual(new Set(["PRAGMA synchronous = NORMAL"]))
  })

  it("migrate tells its steps without taking them when asked to [S36.a]", async () => {
    const path = join(folder(), "dry.db")
    const backend = backendOn(path)
    const planned = await backend.migrate({ dryRun: true })
    expect(planned.steps).toHaveLength(1)
    expect(existsSync(path)).toBe(false)
    await expect(backend.append([to("a")])).rejects.toMatchObject({ code: "not-migrated" })
    expect(await backend.migrate()).toEqual(planned)
    expect(await backend.migrate()).toEqual({ ...planned, steps: [] })
  })

  it("an existing log keeps its partitions, whatever is asked for", async () => {
    const path = join(folder(), "parts.db")
    const made = backendOn(path, { partitions: 4 })
    await made.migrate()
    const other = backendOn(path, { partitions: 64 })
    await other.migrate()
    expect([made.capabilities.partitions, other.capabilities.partitions]).toEqual([4, 4])
  })
})
