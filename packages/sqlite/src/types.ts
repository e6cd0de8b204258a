import { BackendError } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { int, text } from "./row.ts"
import { insertType } from "./sql/insert-type.ts"
import { selectTypeId } from "./sql/select-type-id.ts"
import { selectTypeName } from "./sql/select-type-name.ts"

/** Message types as whole numbers: few, never removed, so remembered for good once stored. */
export interface Types {
  /** The number of a type that the log knows. */
  known(db: Connection, name: string): number | undefined
  /** The number of a type; new ones get theirs. Needs the write lock. */
  idOf(db: Connection, name: string): number
  nameOf(db: Connection, id: number): string
  /** Forgets all: some may have been learned in a transaction that was undone. */
  forget(): void
}

export function createTypes(): Types {
  const ids = new Map<string, number>()
  const names = new Map<number, string>()
  const learn = (name: string, id: number): number => {
    ids.set(name, id)
    names.set(id, name)
    return id
  }
  const known = (db: Connection, name: string): number | undefined => {
    const id = ids.get(name)
    if (id !== undefined) return id
    const row = db.get(selectTypeId, name)
    return row === undefined ? undefined : learn(name, int(row[0]))
  }
  return {
    known,
    idOf: (db, name) => known(db, name) ?? learn(name, int(db.get(insertType, name)?.[0])),
    nameOf(db, id) {
      const name = names.get(id)
      if (name !== undefined) return name
      const row = db.get(selectTypeName, id)
      if (row === undefined) throw new BackendError("corrupt", `type ${id} has no name: rows of the log are missing`)
      learn(text(row[0]), id)
      return text(row[0])
    },
    forget() {
      ids.clear()
      names.clear()
    },
  }
}
