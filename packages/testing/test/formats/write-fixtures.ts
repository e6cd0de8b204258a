// Writes the fixtures of the formats that today's release writes: once for each format of a storage, and never again once a release has written it. Until then a
// fixture may be removed and written anew.
//   node --conditions=millrace-source packages/testing/test/formats/write-fixtures.ts [storage…]
import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname } from "node:path"

import { recordsOf } from "../../src/conformance/build/transfer.ts"
import { fixturePath, packed } from "./fixture.ts"
import { storages } from "./storages/index.ts"
import { writeLog } from "./write-log.ts"

const wanted = process.argv.slice(2)
for (const storage of storages) {
  if (wanted.length > 0 && !wanted.includes(storage.name)) continue
  const log = await storage.open()
  try {
    const backend = await log.connect()
    const { format } = await backend.migrate()
    const path = fixturePath(storage, format, "saved.gz")
    if (existsSync(path)) {
      console.log(`${storage.name}: format ${format} has its fixture, which stays as it is`)
      continue
    }
    await writeLog(backend)
    const records = await recordsOf(backend)
    await backend.close()
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, packed(await log.save()))
    await writeFile(
      fixturePath(storage, format, "records.jsonl"),
      records.map((one) => `${JSON.stringify(one)}\n`).join(""),
    )
    console.log(`${storage.name}: format ${format}, ${records.length} records`)
  } finally {
    await log.remove()
  }
}
process.exit(0)
