import { log } from "./0001-log.ts"
import { appendOne } from "./0002-append-one.ts"
import { append } from "./0002-append.ts"
import { look } from "./0003-look.ts"
import { settle } from "./0004-settle.ts"
import { poll } from "./0005-poll.ts"
import { takeNextAtOnce } from "./0006-take-next.ts"

/** The steps to each format, in order: format 1 is what the first leads to. Released steps are never changed. */
export const migrations: readonly { readonly name: string; readonly statements: readonly string[] }[] = [
  { name: "0001-log", statements: log },
  { name: "0002-append", statements: [...append, ...appendOne] },
  { name: "0003-look", statements: look },
  { name: "0004-settle", statements: settle },
  { name: "0005-poll", statements: poll },
  { name: "0006-take-next", statements: takeNextAtOnce },
]

/** The newest format. */
export const FORMAT = migrations.length
