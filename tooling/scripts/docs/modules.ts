import type { Block } from "./blocks.ts"

/** A block as a module of its own: the code of the blocks it continues comes first. */
export interface Module {
  readonly name: string
  readonly code: string
  /** Where line n (from 0) of the module stands in its page. */
  readonly lines: readonly number[]
  readonly page: string
  /** Nothing follows that holds this module's code too, so it is the one to run. */
  readonly last: boolean
}

export function modulesOf(blocks: readonly Block[]): Module[] {
  return blocks.map((block, index) => {
    const parts = [block]
    for (let at = index; blocks[at]?.continues === true && at > 0; at--) {
      const before = blocks[at - 1]
      if (before !== undefined) parts.unshift(before)
    }
    return {
      name: block.file ?? `block-${String(index + 1).padStart(2, "0")}.ts`,
      code: parts.map(({ code }) => code).join("\n"),
      lines: parts.flatMap(({ code, line }) => code.split("\n").map((_, offset) => line + offset)),
      page: block.page,
      last: blocks[index + 1]?.continues !== true,
    }
  })
}
