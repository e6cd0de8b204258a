import type { Exported } from "./exported.ts"

/** All that the entry points of a package export, in the order of their names, with what each is. */
export function surfacePage(entries: readonly { readonly specifier: string; readonly exported: Exported }[]): string {
  const parts = entries.map(({ specifier, exported }) => {
    const names = [...exported.keys()].toSorted()
    return `# ${specifier}\n\n${names.map((name) => entryText(name, exported.get(name) ?? [])).join("\n")}`
  })
  return `${parts.join("\n")}`
}

function entryText(name: string, texts: readonly string[]): string {
  const lines = texts.flatMap((text) => text.split("\n")).map((line) => line.trimEnd())
  return `${name}\n${lines
    .filter((line) => line.trim() !== "")
    .map((line) => `    ${line}\n`)
    .join("")}`
}
