import type { Backend } from "@millrace/core"

import { isWorthAnotherTry } from "./is-worth-another-try.ts"

const LOOK_AGAIN_MS = 20

/** Resolves when the copier has settled everything. */
export async function untilCopied(backend: Backend<never>): Promise<void> {
  while (!(await isCopied(backend))) await new Promise((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS))
}

async function isCopied(backend: Backend<never>): Promise<boolean> {
  try {
    const [group] = await backend.operator.groups(["copier"])
    return group?.lag === 0
  } catch (error) {
    if (isWorthAnotherTry(error)) return false
    throw error
  }
}
