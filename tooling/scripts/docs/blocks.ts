import type { Problem } from "../problem.ts"

/** A fenced `ts` block of a page. */
export interface Block {
  readonly page: string
  /** Line of the first line of code. */
  readonly line: number
  readonly code: string
  /** The block goes on where the block before it on the page ended. */
  readonly continues: boolean
  /** Other blocks of the page import it by this name. */
  readonly file?: string
}

const fence = /^(\s*)(`{3,}|~{3,})\s*(.*)$/

/** The blocks of a page that are to be checked, and what is wrong with the words behind their fences. */
export function readBlocks(page: string, text: string): { blocks: Block[]; problems: Problem[] } {
  const blocks: Block[] = []
  const problems: Problem[] = []
  const lines = text.split("\n")
  for (let at = 0; at < lines.length; at++) {
    const open = fence.exec(lines[at] ?? "")
    if (open === null) continue
    const [, indent = "", mark = "```", info = ""] = open
    const code: string[] = []
    const line = at + 2
    for (at++; at < lines.length && (lines[at] ?? "").trim() !== mark; at++) {
      code.push((lines[at] ?? "").slice(indent.length))
    }
    const kind = readInfo(info)
    if (kind === undefined) continue
    if (typeof kind === "string") problems.push({ file: page, line: line - 1, says: kind })
    else if (!kind.noCheck) blocks.push({ page, line, code: code.join("\n"), ...kind.block })
  }
  return { blocks, problems }
}

interface Info {
  readonly noCheck: boolean
  readonly block: { readonly continues: boolean; readonly file?: string }
}

/** Nothing for another language, a sentence where the words are off. */
function readInfo(info: string): Info | string | undefined {
  const [language, ...rest] = info.trim().split(/\s+/)
  if (language !== "ts" && language !== "typescript") return undefined
  const words = rest.join(" ")
  const reason = /^no-check(?:="([^"]*)")?$/.exec(words)
  if (reason !== null) {
    if (!reason[1]?.trim()) return 'no-check needs a reason: ```ts no-check="why"'
    return { noCheck: true, block: { continues: false } }
  }
  const file = /^file=([a-z0-9-]+\.ts)$/.exec(words)?.[1]
  if (file !== undefined) return { noCheck: false, block: { continues: false, file } }
  if (words === "" || words === "continues") return { noCheck: false, block: { continues: words === "continues" } }
  return `"${words}" is not known behind a fence: use continues, file=name.ts or no-check="why"`
}
