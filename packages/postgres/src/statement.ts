import type { Names } from "./names.ts"

/** One SQL statement. `{messages}` in it stands for that table of the log. */
export interface Statement {
  readonly name: string
  readonly text: string
  /** Planned anew each time: its plan would not hold while tables grow. */
  readonly planned: boolean
}

/** A statement whose plan is the same for an empty and a full log: prepared once per connection. */
export function prepared(name: string, text: string): Statement {
  return { name, text: text.trim(), planned: false }
}

/** A statement whose best plan depends on how much there is. */
export function planned(name: string, text: string): Statement {
  return { name, text: text.trim(), planned: true }
}

/** A statement with the log's names in it. */
export interface Compiled {
  readonly text: string
  /** Under which name it is prepared. */
  readonly name: string | undefined
}

/** Writes the log's names into statements, once for each. */
export function compilerOf(names: Names, prepare: boolean): (statement: Statement) => Compiled {
  const known = new Map<Statement, Compiled>()
  return (statement) => {
    const found = known.get(statement)
    if (found !== undefined) return found
    const name = statement.planned || !prepare ? undefined : `${statement.name}-${names.tag}`
    const compiled = { text: withNames(statement.text, names), name }
    known.set(statement, compiled)
    return compiled
  }
}

/** `{messages}` → `"millrace"."shop_messages"`, `{-messages_id}` → `"shop_messages_id"` (an index is made without its schema), `{{lock}}` → the lock's key. */
export function withNames(text: string, names: Names): string {
  return text
    .replaceAll("{{lock}}", names.lock)
    .replaceAll(/\{-([a-z_]+)\}/g, (_, index: string) => `"${names.prefix}${index}"`)
    .replaceAll(/\{([a-z_]+)\}/g, (_, table: string) => names.of(table))
}
