// Appends to a log in the folder named until it is killed or nothing fits, and says what was acknowledged: `node test/fill.ts <folder>`.
import { BackendError } from "@millrace/core/backend"

import { filesBackend } from "../src/files-backend.ts"
import { event } from "./event.ts"

const backend = filesBackend({ folder: process.argv[2] ?? "" })
await backend.migrate()
try {
  for (let n = 1; ; n += 1) {
    await backend.append([{ streams: [{ streamId: "a", expected: n - 1, messages: [event(`m${n}`)] }] }])
    process.stdout.write(`${n}\n`)
    // The lines get out, and a signal in.
    await new Promise((resolve) => setImmediate(resolve))
  }
} catch (error) {
  const { head } = await backend.read({ from: "log", limit: 1 })
  process.stdout.write(`${error instanceof BackendError ? error.code : String(error)} at head ${head}\n`)
}
