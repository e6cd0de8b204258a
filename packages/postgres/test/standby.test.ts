import { chmod, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { describe, expect, it } from "vitest"

import { postgresBackend } from "../src/index.ts"
import { claimSome, codeOf, ensure, event, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

describe("on postgres", () => {
  it("a standby is read from; whatever would write is refused as read-only, and says where to connect", async () => {
    const primary = await server.log()
    await ensure(primary)
    await primary.append([to("any", event("a"))])
    const signal = join(await server.folder(), "standby.signal")
    await writeFile(signal, "")
    await chmod(signal, 0o666)
    try {
      await server.restart()
      const standby = server.open()
      expect(await server.sql("SELECT pg_is_in_recovery() AS standby")).toEqual([{ standby: true }])
      expect(await positionsOf(standby)).toEqual([1])
      expect((await standby.migrate()).steps).toEqual([])
      await expect(standby.append([to("any", event("a"))])).rejects.toThrow(/read-only replica.*connect to the primary/)
      expect(await codeOf(standby.append([to("any", event("a"))]))).toBe("read-only")
      expect(await codeOf(claimSome(standby))).toBe("read-only")
      const other = postgresBackend(server.url, { schema: "elsewhere" })
      expect(await codeOf(other.migrate())).toBe("read-only")
      await other.close()
    } finally {
      await rm(signal, { force: true })
      await server.restart()
    }
    const again = server.open()
    expect((await again.append([to("any", event("a"))]))[0]?.kind).toBe("appended")
  })
})
