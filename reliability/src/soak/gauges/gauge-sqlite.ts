import { stat } from "node:fs/promises"

import type { ServerGauge } from "./server-gauge.ts"

/** The sizes of a database file and of its journal. */
export function gaugeSqlite(url: string): ServerGauge {
  const file = url.slice("sqlite:".length)
  const sizeOf = async (name: string): Promise<number> =>
    stat(name).then(
      ({ size }) => size,
      () => 0, // A journal comes and goes.
    )
  return {
    look: async () => ({ connections: undefined, bytes: (await sizeOf(file)) + (await sizeOf(`${file}-wal`)) }),
    close: async () => {},
  }
}
