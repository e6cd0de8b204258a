import fc from "fast-check"

/** Texts that mean something to a statement, a pattern, a path or an object somewhere. */
const HOSTILE = [
  "",
  " ",
  '"',
  "'",
  '"; DROP SCHEMA public CASCADE; --',
  "'); DROP TABLE x; --",
  "a.b",
  "$where",
  "{",
  "}:",
  "*",
  "?",
  "[a]",
  "%",
  "%zz",
  "\\",
  "\u0000",
  "a\u0000b",
  "a\nb",
  "é",
  "ſ",
  "K",
  "\ud800",
  "👩‍👩‍👧",
  "pg_catalog",
  "sqlite_x",
  "system.",
  "__proto__",
  "constructor",
  "x".repeat(10_000),
  "a".repeat(64),
  "1a",
  "A",
  "a-b",
  "a/b",
  "../a",
  "public",
  "\u202ea",
  "a;",
  "a\r\nFLUSHALL",
] as const

/** A name for something that a storage holds, harmless or not. */
export const name = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.stringMatching(/^[a-z_][a-z0-9_]{0,45}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Za-z0-9_.:-]{1,70}$/) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
)

/** A name that SQLite, Postgres and MongoDB all take. */
export const sound = fc.stringMatching(/^[a-z_][a-z0-9_]{0,30}$/).filter((one) => !/^(pg_|sqlite_)/.test(one))
