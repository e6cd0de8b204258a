/** What would end, undo or divide the transaction that a statement runs in. */
const REFUSED = new Set([
  "BEGIN",
  "START",
  "COMMIT",
  "END",
  "ROLLBACK",
  "ABORT",
  "SAVEPOINT",
  "RELEASE",
  "PREPARE",
  "DISCARD",
])

/** Comments, texts, quoted names and `$$` texts: nothing in them is a statement. */
const QUOTED = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$[A-Za-z_]*\$)[\s\S]*?\1/g

/** The word by which one of the statements of a text would take control of the transaction. */
export function refusedWord(sql: string): string | undefined {
  for (const statement of sql.replaceAll(QUOTED, " ").split(";")) {
    const word = /^\s*([a-z]+)/i.exec(statement)?.[1]?.toUpperCase()
    if (word !== undefined && REFUSED.has(word)) return word
  }
  return undefined
}
