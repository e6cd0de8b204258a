/** Words that end, begin or leave a transaction, or reach around it. */
const REFUSED = new Set([
  "BEGIN",
  "COMMIT",
  "END",
  "ROLLBACK",
  "SAVEPOINT",
  "RELEASE",
  "ATTACH",
  "DETACH",
  "PRAGMA",
  "VACUUM",
])

/** One step through SQL text: a comment, a quoted text or name, a word, a semicolon. Whatever else is passed over. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?|[a-z_][\w$]*|;/gi

/**
 * The word for which a text of SQL is refused inside a settle's transaction, or `undefined`. Only a statement's first word counts, but for
 * `ROLLBACK`, which also hides in conflict clauses. The statements of a trigger's body stand between its BEGIN and END.
 */
export function refusedWord(sql: string): string | undefined {
  let atStart = true
  let words: string[] = []
  let inTrigger = false
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === ";") {
      atStart = true
      continue
    }
    if (!/^[a-z_]/i.test(token)) continue
    const word = token.toUpperCase()
    if (word === "ROLLBACK") return word
    if (atStart && !inTrigger) words = []
    words.push(word)
    if (inTrigger) {
      if (atStart && word === "END") inTrigger = false
    } else if (word === "BEGIN" && words[0] === "CREATE" && words.includes("TRIGGER")) {
      inTrigger = true
      atStart = true
      continue
    } else if (atStart && REFUSED.has(word)) return word
    atStart = false
  }
  return undefined
}
