import type { Backend } from "@millrace/core"

import { surely } from "./surely.ts"

const LOOK_AGAIN_MS = 20

/** Resolves when the copier has settled everything. */
export async function untilCopied(backend: Backend<never>): Promise<void> {
  for (;;) {
    const [group] = await surely(() => backend.operator.groups(["copier"]))
    if (group?.lag === 0) return
    await new Promise((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS))
  }
}
