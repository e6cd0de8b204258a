import { randomBytes } from "node:crypto"

import { describe, expect, it, onTestFinished } from "vitest"

import { postgresBackend } from "../src/index.ts"
import { codeOf, event, positionsOf, serverForTests, to } from "./log-for-tests.ts"
import { canMount, startSmallDisk } from "./small-disk/start-small-disk.ts"

const server = serverForTests()

/** A megabyte that no server makes smaller. */
const megabyte = () => randomBytes(768 * 1024).toString("base64")

describe("on postgres", () => {
  it("what the server calls a full disk is called full; nothing is stored, and the same append is once there is room", async () => {
    const backend = await server.log()
    await server.sql(`
      CREATE FUNCTION ${server.schema}.full() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER no_room BEFORE INSERT ON ${server.schema}.messages EXECUTE FUNCTION ${server.schema}.full()`)
    const append = to("no-stream", event("a"))
    expect(await codeOf(backend.append([append]))).toBe("full")
    await expect(backend.append([append])).rejects.toThrow(/disk is full; nothing of this write was stored: free space/)
    expect(await positionsOf(backend)).toEqual([])
    await server.sql(`DROP TRIGGER no_room ON ${server.schema}.messages`)
    expect((await backend.append([append]))[0]?.kind).toBe("appended")
  })

  it.skipIf(!canMount())(
    "a disk that is really full loses nothing that was answered, and the log goes on when there is room",
    { timeout: 60_000 },
    async () => {
      const disk = await startSmallDisk()
      onTestFinished(() => disk.stop())
      const backend = postgresBackend(disk.url, { maxConnections: 2 })
      onTestFinished(() => backend.close())
      await backend.migrate()
      const answered: number[] = []
      let append = to("any", event("a", { payload: megabyte() }))
      let refused = "nothing"
      while (refused === "nothing" && answered.length < 100) {
        try {
          const [verdict] = await backend.append([append])
          if (verdict?.kind === "appended") answered.push(verdict.position)
          append = to("any", event("a", { payload: megabyte() }))
        } catch (error) {
          refused = await codeOf(Promise.reject(error))
        }
      }
      expect(refused).toBe("full")
      expect(answered.length).toBeGreaterThan(3)
      expect(await positionsOf(backend)).toEqual(answered)
      await disk.makeRoom()
      expect((await backend.append([append]))[0]?.kind).toBe("appended")
      expect(await positionsOf(backend)).toEqual([...answered, answered.length + 1])
    },
  )
})
