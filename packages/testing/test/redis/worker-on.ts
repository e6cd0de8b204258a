import { createApp, type Limits, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { onTestFinished } from "vitest"

import { type Running, running } from "../running.ts"
import { copier } from "./copier.ts"

/** Runs a copier in this process, with a connection of its own, until the test has finished. */
export async function workerOn(
  url: string,
  {
    processName,
    limits = {},
    beforeAnswer,
  }: {
    readonly processName: string
    readonly limits?: Partial<Limits>
    readonly beforeAnswer?: () => void | Promise<void>
  },
): Promise<Running> {
  const backend = open(url)
  onTestFinished(() => backend.close())
  const app = await createApp({ backend, reactors: [copier(beforeAnswer)], logger: silentLogger, limits })
  onTestFinished(() => app.close())
  return running(app, { processName, concurrency: 2 })
}
