import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { open } from "@millrace/sqlite"

import { temporaryFolder } from "../../temporary-folder.ts"
import type { FormatStorage } from "../stored-log.ts"

/** How many characters a line of a saved file has. */
const LINE = 120

/** A database file, saved as it is, in base64. */
export const sqliteStorage: FormatStorage = {
  name: "sqlite",
  async open() {
    const folder = await temporaryFolder()
    const path = join(folder.path, "log.db")
    const packed = join(folder.path, "packed.db")
    const on = <T>(work: (db: DatabaseSync) => T): T => {
      const db = new DatabaseSync(path)
      try {
        return work(db)
      } finally {
        db.close()
      }
    }
    const pack = async (): Promise<Buffer> => {
      on((db) => db.prepare("VACUUM INTO ?").run(packed))
      const bytes = await readFile(packed)
      await rm(packed)
      return bytes
    }
    return {
      url: `sqlite:${path}`,
      connect: async () => open(`sqlite:${path}`),
      async save() {
        const text = (await pack()).toString("base64")
        return `${text.replaceAll(new RegExp(`.{${LINE}}`, "g"), "$&\n")}\n`
      },
      load: (saved) => writeFile(path, Buffer.from(saved, "base64")),
      mark: async (format) => void on((db) => db.prepare("UPDATE millrace_log SET format = ?").run(format)),
      structure: async () =>
        on((db) => db.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").all())
          .map(({ sql }) => String(sql))
          .join(";\n"),
      remove: folder.remove,
    }
  },
}
