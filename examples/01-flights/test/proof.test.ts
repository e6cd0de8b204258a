import { cp, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"

import { type Played, runDemo } from "./run-demo.ts"
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts"

const FLIGHTS = "300"

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 120_000

/** Events that nothing else refers to, and that are the last of their stream. */
const LAST_DEPARTURES = `
  SELECT m.position, s.name AS stream, m.payload ->> 'flight' AS flight
  FROM millrace_messages m JOIN millrace_types t ON t.id = m.type JOIN millrace_streams s ON s.id = m.stream
  WHERE t.name = 'flight.departed'
    AND NOT EXISTS (SELECT 1 FROM millrace_messages e WHERE e.causation = m.id)
    AND NOT EXISTS (SELECT 1 FROM millrace_messages e WHERE e.stream = m.stream AND e.kind = 1 AND e.version > m.version)
  ORDER BY m.position LIMIT 1`

describe("the proof of a finished log", { timeout: RUN_MS }, () => {
  let finished: TemporaryFolder

  beforeAll(async () => {
    finished = await temporaryFolder()
    const { code, errors } = await runDemo("--flights", FLIGHTS, "--folder", finished.path)
    if (code !== 0) throw new Error(`the run to be tampered with failed: ${errors}`)
  }, RUN_MS)
  afterAll(() => finished.remove())

  /** A copy of the finished run that somebody has been at, proved again. */
  async function proveTampered(
    tamper: (folder: string, database: DatabaseSync) => void | Promise<void>,
  ): Promise<Played> {
    const { path: folder, remove } = await temporaryFolder()
    onTestFinished(remove)
    await cp(finished.path, folder, { recursive: true })
    const database = new DatabaseSync(join(folder, "flights.db"))
    await tamper(folder, database)
    database.close()
    return runDemo("--flights", FLIGHTS, "--folder", folder, "--prove-only")
  }

  it("holds again when nobody has touched anything", async () => {
    const { code, lastLine } = await proveTampered(() => {})
    expect(lastLine).toBe("flights 300 · lost 0 · twice 0 · out of order 0 · matches the data set: yes")
    expect(code).toBe(0)
  })

  it("is of one run: another on the same log is refused", async () => {
    const { code, errors } = await runDemo("--flights", FLIGHTS, "--folder", finished.path)
    expect(errors).toMatch(/^the log holds \d+ messages already: name another --folder or --backend/m)
    expect(code).toBe(1)
  })

  it("finds the same ids wherever the seed was the same", async () => {
    const { path: folder, remove } = await temporaryFolder()
    onTestFinished(remove)
    const again = await runDemo("--flights", FLIGHTS, "--folder", folder, "--workers", "3")
    expect(again.code).toBe(0)
    expect(idsIn(folder)).toEqual(idsIn(finished.path))
  })

  it("tells of an event that was deleted", async () => {
    let flight = ""
    const { code, output, lastLine } = await proveTampered((_, database) => {
      const event = database.prepare(LAST_DEPARTURES).get()
      flight = String(event?.["flight"])
      database.prepare("DELETE FROM millrace_messages WHERE position = ?").run(Number(event?.["position"]))
    })
    expect(code).toBe(1)
    expect(lastLine).toBe("flights 300 · lost 1 · twice 0 · out of order 0 · matches the data set: no")
    expect(output).toMatch(/^lost: event of flight\.depart at position \d+: missing$/m)
    expect(output).toMatch(/^differs: departures in all: 299, by the data set 300$/m)
    expect(Number(flight)).toBeGreaterThan(0)
  })

  it("tells of an event that is there twice", async () => {
    const { code, output, lastLine } = await proveTampered((_, database) => {
      const event = database.prepare(LAST_DEPARTURES).get()
      database
        .prepare(
          `INSERT INTO millrace_messages
           SELECT (SELECT max(position) + 1 FROM millrace_messages), 'another-id', kind, type, stream, version + 1, partition,
             causation, correlation, created_at, recorded_at, metadata, payload
           FROM millrace_messages WHERE position = ?`,
        )
        .run(Number(event?.["position"]))
    })
    expect(code).toBe(1)
    expect(lastLine).toBe("flights 300 · lost 0 · twice 1 · out of order 0 · matches the data set: no")
    expect(output).toMatch(/^twice: event of flight\.depart at position \d+: 2 times$/m)
  })

  it("tells of versions that do not count up", async () => {
    const { code, output, lastLine } = await proveTampered((_, database) => {
      const event = database.prepare(LAST_DEPARTURES).get()
      database
        .prepare("UPDATE millrace_messages SET version = version + 1 WHERE position = ?")
        .run(Number(event?.["position"]))
    })
    expect(code).toBe(1)
    expect(lastLine).toBe("flights 300 · lost 0 · twice 0 · out of order 1 · matches the data set: no")
    expect(output).toMatch(/^out of order: airport-[A-Z]+ at position \d+: version \d+, expected \d+$/m)
  })

  it("tells of a projection that was changed", async () => {
    const { code, output, lastLine } = await proveTampered((_, database) => {
      database.exec(`
        UPDATE millrace_documents SET value = json_set(value, '$.state.delay', (value ->> '$.state.delay') + 1)
        WHERE collection = 'projection:airport_totals' AND id = 'airport-DFW'`)
    })
    expect(code).toBe(1)
    expect(lastLine).toBe("flights 300 · lost 0 · twice 0 · out of order 0 · matches the data set: no")
    expect(output).toMatch(/^differs: delay of DFW in airport_totals: -?\d+, by the data set -?\d+$/m)
  })

  it("tells of a reaction that was lost", async () => {
    const { code, output, lastLine } = await proveTampered((_, database) => {
      const warned = database
        .prepare(
          `SELECT m.id FROM millrace_messages m JOIN millrace_types t ON t.id = m.type
           WHERE t.name = 'airport.expect_late_arrivals'
             AND (SELECT max(version) FROM millrace_messages e WHERE e.stream = m.stream AND e.kind = 1)
               = (SELECT version FROM millrace_messages e WHERE e.causation = m.id) LIMIT 1`,
        )
        .get()
      database.prepare("DELETE FROM millrace_messages WHERE id = ?1 OR causation = ?1").run(String(warned?.["id"]))
    })
    expect(code).toBe(1)
    expect(lastLine).toBe("flights 300 · lost 1 · twice 0 · out of order 0 · matches the data set: no")
    expect(output).toMatch(/^lost: warning to airport-[A-Z]+ from airport-[A-Z]+ after flight \d+: missing$/m)
  })

  it("tells of a route that the board has wrong", async () => {
    const { code, output, lastLine } = await proveTampered(async (folder) => {
      const [file = ""] = await readdir(join(folder, "routes"))
      const text = await readFile(join(folder, "routes", file), "utf8")
      await writeFile(join(folder, "routes", file), text.replace(/"flights":\d+/, '"flights":77'))
    })
    expect(code).toBe(1)
    expect(lastLine).toBe("flights 300 · lost 0 · twice 0 · out of order 0 · matches the data set: no")
    expect(output).toMatch(/^differs: departures on the board on [A-Z]+-[A-Z]+: 77, by the data set \d+$/m)
  })
})

function idsIn(folder: string): readonly string[] {
  const database = new DatabaseSync(join(folder, "flights.db"), { readOnly: true })
  const rows = database.prepare("SELECT id FROM millrace_messages ORDER BY id").all()
  database.close()
  return rows.map(({ id }) => String(id))
}
