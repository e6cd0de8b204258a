import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { openStorage } from "../storages/open-storage.ts"
import type { Storage } from "../storages/storage.ts"
import type { SoakBackend } from "./soak-backend.ts"

/** Where a soak takes place. `read` is absent where nobody but its process can. */
export interface Ground extends Pick<Storage, "url" | "settings" | "close"> {
  readonly read?: Storage["read"]
}

/** A storage of the soak's own. Throws where none can be had, and says what to do. */
export async function openGround(backend: SoakBackend): Promise<Ground> {
  if (backend === "memory")
    return { url: "memory:", settings: "one process is writer and worker", close: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), "millrace-soak-"))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    // Postgres runs as somebody else.
    await chmod(folder, 0o711)
    const storage = await openStorage(backend, { folder, small: false })
    return {
      url: storage.url,
      settings: storage.settings,
      read: () => storage.read(),
      async close() {
        await storage.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
