import { fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { readSqlite } from "../audit/read/read-sqlite.ts"
import { fillDisk } from "./fill-disk.ts"
import type { Storage, StorageOptions } from "./storage.ts"

const HOLDER = fileURLToPath(new URL("hold-lock.ts", import.meta.url))

/** A file in the run's folder. */
export function openSqlite({ folder, small }: StorageOptions): Storage {
  const file = join(folder, "chaos.db")
  let holder: ReturnType<typeof fork> | undefined
  const give = async (): Promise<void> => {
    const held = holder
    if (held === undefined) return
    holder = undefined
    const exited = once(held, "exit")
    held.kill("SIGKILL")
    await exited
  }
  return {
    url: `sqlite:${file}`,
    settings: "WAL, synchronous=FULL",
    ...(small ? { disk: fillDisk(folder) } : {}),
    lock: {
      async take() {
        holder = fork(HOLDER, [file], { execArgv: ["--disable-warning=ExperimentalWarning"] })
        const gone = once(holder, "exit")
        await Promise.race([once(holder, "message"), gone])
      },
      give,
    },
    read: async () => readSqlite(file),
    close: give,
  }
}
