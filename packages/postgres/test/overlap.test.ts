import { setTimeout } from "node:timers/promises"

import type { Append, Backend, Verdict } from "@millrace/core/backend"
import pg from "pg"
import { describe, expect, it } from "vitest"

import { createApp } from "../../core/src/index.ts"
import { postgresBackend, type PostgresTx } from "../src/index.ts"
import { namesOf } from "../src/names.ts"
import { codeOf, event, kinds, positionsOf, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** A group of two appends, which goes over the line that groups share. */
function pair(name: string, id?: string): readonly Append[] {
  return [to("any", event(`${name}-a`, id === undefined ? {} : { id })), to("any", event(`${name}-b`))]
}

/** Has the server refuse one message, when its transaction has done all else. */
async function refuseAtCommit(id: string): Promise<void> {
  await server.sql(`
    CREATE FUNCTION ${server.schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.id = '${id}' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON ${server.schema}.messages DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION ${server.schema}.refuse()`)
}

function placeOf(verdict: Verdict | undefined): number {
  if (verdict?.kind !== "appended") throw new Error(`it should have been appended: ${JSON.stringify(verdict)}`)
  return verdict.position
}

/** Runs work while another session holds the log's lock; ends once the lock is free again. */
async function whileLocked<T>(work: (unlock: () => Promise<void>) => Promise<T>): Promise<T> {
  const holder = new pg.Client(server.url)
  await holder.connect()
  try {
    const { lock } = namesOf({ schema: server.schema, prefix: "" })
    await holder.query("BEGIN")
    await holder.query("SELECT pg_advisory_xact_lock($1::bigint)", [lock])
    return await work(async () => {
      await holder.query("COMMIT")
    })
  } finally {
    await holder.end()
  }
}

/** Ends the sessions that wait for the log's lock, once there are some. */
async function cutWaiting(): Promise<void> {
  for (;;) {
    const cut = await server.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND wait_event = 'advisory' AND application_name = 'millrace'",
    )
    if (cut.length > 0) return
    await setTimeout(5)
  }
}

/** Appends again, until there are verdicts. */
async function repeat(backend: Backend<PostgresTx>, appends: readonly Append[]): Promise<readonly Verdict[]> {
  for (;;) {
    try {
      return await backend.append(appends)
    } catch {
      await setTimeout(5)
    }
  }
}

describe("on postgres", () => {
  it.each([
    { how: "over one connection", prepare: true, most: 2 },
    { how: "through a pooler", prepare: false, most: 1 },
  ])(
    "appends that are away at once land in the order they were made, $how: lone ones, groups, and some to be judged anew",
    async ({ prepare, most }) => {
      const backend = await server.log({ prepare })
      expect(backend.capabilities.appendsAtOnce).toBe(most)
      const twice = event("twice")
      await backend.append([to("any", twice)])
      const calls = Array.from({ length: 48 }, (_, at): readonly Append[] => {
        const own = to("any", event(`own-${at}`))
        if (at % 6 === 5) return [own]
        if (at % 6 === 1) return [own, to(7, event("shared"))]
        if (at % 6 === 3) return [own, to("any", twice)]
        if (at % 6 === 4) return [own, { ...to("any", event("keyed")), idempotencyKey: `k-${at}`, fingerprint: "f" }]
        return [to("any", event("shared")), own, to("any", event("shared"))]
      })
      const verdicts = await Promise.all(calls.map((appends) => backend.append(appends)))
      const places = verdicts.map((some) => placeOf(some.findLast(({ kind }) => kind === "appended")))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(verdicts.flatMap(kinds).filter((kind) => kind === "conflict")).toHaveLength(8)
      expect(verdicts.flatMap(kinds).filter((kind) => kind === "duplicate")).toHaveLength(8)
      const positions = await positionsOf(backend)
      expect(positions).toEqual(Array.from({ length: positions.length }, (_, at) => at + 1))
    },
  )

  it("through a pool of the user's one group is away at a time: only its own connections are set up as they should be", async () => {
    await server.log()
    const pool = new pg.Pool({ connectionString: server.url, max: 2 })
    const backend = postgresBackend(pool, { schema: server.schema })
    try {
      expect(backend.capabilities.appendsAtOnce).toBe(1)
      const verdicts = await Promise.all(["a", "b", "c"].map((name) => backend.append(pair(name))))
      expect(verdicts.flat().map(placeOf)).toEqual([1, 2, 3, 4, 5, 6])
    } finally {
      await backend.close()
      await pool.end()
    }
  })

  it("a group behind one that the server refused stores nothing, and says so", async () => {
    const backend = await server.log()
    await refuseAtCommit("bad")
    const first = backend.append(pair("first", "bad"))
    const second = backend.append(pair("second"))
    expect(await Promise.all([codeOf(first), codeOf(second)])).toEqual(["invalid", "unavailable"])
    expect(await positionsOf(backend)).toEqual([])
    expect(kinds(await backend.append(pair("second")))).toEqual(["appended", "appended"])
  })

  it("a caller whose first append the server refuses has its second stored, by an app under load", async () => {
    const backend = await server.log()
    const app = await createApp({ backend })
    await refuseAtCommit("bad")
    try {
      const fine = (at: number) => app.appendNextToStream(`fine-${at}`, [event(`fine-${at}`)])
      const before = Array.from({ length: 20 }, (_, at) => fine(at))
      const bad = codeOf(app.appendNextToStream("bad", [event("bad", { id: "bad" })]))
      const after = Array.from({ length: 20 }, (_, at) => fine(at + 20))
      expect(await bad).toBe("invalid")
      const stored = await Promise.all([...before, ...after])
      expect(stored.map(({ position }) => position)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1))
    } finally {
      await app.close()
    }
  })

  it("groups whose connection is cut while they are away are stored once when they are repeated, in their order [lesson 29]", async () => {
    const backend = await server.log()
    const groups = [pair("first"), pair("second")]
    await whileLocked(async (unlock) => {
      const away = groups.map((group) => codeOf(backend.append(group)))
      await cutWaiting()
      expect(await Promise.all(away)).toEqual(["outcome-unknown", "outcome-unknown"])
      await unlock()
    })
    const verdicts = []
    for (const group of groups) verdicts.push(await repeat(backend, group))
    expect(verdicts.flat().map(placeOf)).toEqual([1, 2, 3, 4])
  })
})
