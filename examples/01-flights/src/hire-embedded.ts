import { type Backend, createApp } from "@millrace/core"

import * as reactors from "../reactors.ts"
import { freezable } from "./freezable.ts"
import type { Hire } from "./worker-handle.ts"

/** Workers inside this process, for a log that no other process can reach. None can be killed: `kill` abandons it where it stands. */
export function hireEmbedded(backend: Backend): Hire {
  return (name) => {
    const ice = freezable(backend)
    const working = work(name, ice.backend)
    return {
      name,
      failed: working.then(() => new Promise<never>(() => {})),
      freeze: ice.freeze,
      thaw: ice.thaw,
      kill: () => ice.freeze(),
      async stop() {
        const app = await working
        await app.close()
      },
    }
  }
}

async function work(processName: string, backend: Backend): Promise<{ close(): Promise<void> }> {
  const app = await createApp({ backend, reactors, processName })
  await app.start()
  return app
}
