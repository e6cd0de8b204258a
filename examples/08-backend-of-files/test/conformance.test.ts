import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type Backend, BackendError } from "@millrace/core/backend"
import { backendConformance, type Harness } from "@millrace/testing/conformance"
import { describe, it } from "vitest"

import { filesBackend } from "../src/files-backend.ts"

const harness: Harness = {
  name: "files",
  async open({ partitions, migrated }) {
    const folder = mkdtempSync(join(tmpdir(), "millrace-files-"))
    let now = Date.now()
    const make = (): Backend => filesBackend({ folder, partitions, durable: false, now: () => now })
    let backend = make()
    if (migrated) await backend.migrate()
    return {
      backend,
      // One process owns a folder: while its backend is open, it is the only one.
      async reopen() {
        if (await isClosed(backend)) backend = make()
        return backend
      },
      advance: async (ms) => void (now += ms),
      setBack: async (ms) => void (now -= ms),
      async dispose() {
        await backend.close()
        rmSync(folder, { recursive: true })
      },
    }
  },
}

async function isClosed(backend: Backend): Promise<boolean> {
  return backend.migrate({ dryRun: true }).then(
    () => false,
    (error: unknown) => error instanceof BackendError && error.code === "closed",
  )
}

backendConformance({ describe, it }, harness)
