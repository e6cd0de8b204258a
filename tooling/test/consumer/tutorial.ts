/** What a reader of a page does: the commands in the order of the page, the files, and what the last commands are said to print. */
export interface Tutorial {
  readonly commands: readonly string[]
  readonly files: ReadonlyMap<string, string>
  readonly printed: string
}

/** Reads a page whose `sh` blocks are commands, whose `ts file=` blocks are files, and whose first block without a language is the output. */
export function tutorialOf(page: string): Tutorial {
  const commands: string[] = []
  const files = new Map<string, string>()
  let printed: string | undefined
  for (const [, info = "", body = ""] of page.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)) {
    const file = /^ts file=(\S+)$/.exec(info)?.[1]
    if (info === "sh") commands.push(...body.trim().split("\n"))
    else if (file !== undefined) files.set(file, body)
    else if (info === "") printed ??= body
  }
  if (commands.length === 0 || printed === undefined) throw new Error("the page has no commands, or no output")
  return { commands, files, printed }
}
