import { deepEqual, ok } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { startMongo, startPostgres, startRedis } from "@millrace/testing"
import { afterAll, beforeAll, describe, it, onTestFinished } from "vitest"

import { audit, type Known } from "../src/audit/audit.ts"
import type { Evidence, LoggedMessage } from "../src/audit/evidence.ts"
import type { Kind } from "../src/audit/findings.ts"
import { readSqlite } from "../src/audit/read/read-sqlite.ts"
import { defects } from "./defects.ts"
import { tamperMongodb } from "./tamper-mongodb.ts"
import { tamperPostgres } from "./tamper-postgres.ts"
import { tamperRedis } from "./tamper-redis.ts"
import { tamperSqlite } from "./tamper-sqlite.ts"
import { GHOST, type Tamper } from "./tamper.ts"
import { temporaryFolder } from "./temporary-folder.ts"
import { writeSoundLog } from "./write-sound-log.ts"

const TIME_LIMIT = { timeout: 120_000 }

interface Tampered {
  readonly name: string
  /** Starts a storage; how it is reached by its URL, and raw. */
  readonly open: (folder: string) => Promise<{ readonly url: string; readonly tamper: () => Promise<Tamper> }>
}

const storages: readonly Tampered[] = [
  {
    name: "sqlite",
    async open(folder) {
      const file = join(folder, "log.db")
      return { url: `sqlite:${file}`, tamper: () => tamperSqlite(file) }
    },
  },
  {
    name: "postgres",
    async open() {
      const server = await startPostgres({ settings: { fsync: "off" } })
      onTestFinished(() => server.stop())
      return { url: server.url, tamper: () => tamperPostgres(server.url) }
    },
  },
  {
    name: "redis",
    async open() {
      const server = await startRedis({ appendfsync: "no" })
      onTestFinished(() => server.stop())
      return { url: server.url, tamper: () => tamperRedis(server.url) }
    },
  },
  {
    name: "mongodb",
    async open() {
      const server = await startMongo()
      onTestFinished(() => server.stop())
      const url = server.urlOf(`audit_${process.pid}`)
      return { url, tamper: () => tamperMongodb(url) }
    },
  },
]

async function soundLog(storage: Tampered) {
  const folder = await temporaryFolder()
  const mended = join(folder, "mended")
  await writeFile(mended, "")
  const { url, tamper } = await storage.open(folder)
  const known = await writeSoundLog(url, mended)
  const raw = await tamper()
  onTestFinished(() => raw.close())
  return { raw, known }
}

function first(evidence: Evidence, type: string): LoggedMessage {
  const found = evidence.messages.find((message) => message.type === type)
  ok(found, `there is no ${type}`)
  return found
}

for (const storage of storages) {
  describe(`on ${storage.name}`, () => {
    it(
      "the audit finds nothing in a sound log, and each defect that is planted in the stored data",
      TIME_LIMIT,
      async () => {
        const { raw, known } = await soundLog(storage)
        const sound = await raw.read()
        deepEqual(audit(sound, known, "mended"), [])

        const mirrored = first(sound, "chaos.mirrored")
        const booked = first(sound, "chaos.booked")
        const plants: readonly (readonly [() => Promise<void>, readonly (readonly [Kind, RegExp])[]])[] = [
          [() => raw.hold("book"), [["leases", new RegExp(`book: partition 0 is held by ${GHOST}`)]]],
          [() => raw.moveBack("book"), [["progress", /book: partition 0 is at 0, and wants/]]],
          [() => raw.changeState("account-1"), [["doubled", /account-1 has 1000 bookings/]]],
          [() => raw.remove(mirrored), [["lost", /mirror: .* has led to no chaos.mirrored/]]],
          [
            () => raw.double(booked, sound.head),
            [
              ["doubled", /book: .* has led to chaos.booked 2 times/],
              ["reordered", /book: position \d+ of book-1 is of \d+, after/],
              ["versions", /is version 3 of book-1, after version \d/],
            ],
          ],
        ]
        for (const [plant, found] of plants) {
          const before = audit(await raw.read(), known, "mended")
          await plant()
          const after = audit(await raw.read(), known, "mended").filter(
            ({ says }) => !before.some((finding) => finding.says === says),
          )
          for (const [kind, says] of found)
            ok(
              after.some((finding) => finding.kind === kind && says.test(finding.says)),
              `${kind} ${says} is not among ${JSON.stringify(after)}`,
            )
        }
      },
    )
  })
}

describe("what the audit finds in what it has read", () => {
  let folder = ""
  let sound: { readonly evidence: Evidence; readonly known: Known }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-reliability-"))
    const known = await writeSoundLog(`sqlite:${join(folder, "log.db")}`, folder)
    sound = { evidence: readSqlite(join(folder, "log.db")), known }
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  for (const defect of defects) {
    it(`is ${defect.name}`, () => {
      const { evidence, known } = defect.plant(sound.evidence, sound.known)
      const findings = audit(evidence, known, defect.stage ?? "mended")
      ok(
        findings.some(({ kind, says }) => kind === defect.kind && defect.says.test(says)),
        `${defect.kind} ${defect.says} is not among ${JSON.stringify(findings)}`,
      )
    })
  }
})
