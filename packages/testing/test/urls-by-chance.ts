import fc from "fast-check"

/** In every URL that is made here. */
export const SECRET = "hunter2-s3cr3t"

/** A URL of a storage with a password somewhere, and what may be wrong with it. No server listens on port 1. */
export const url = fc
  .record({
    scheme: fc.constantFrom(
      "postgres",
      "postgresql",
      "redis",
      "rediss",
      "mongodb",
      "mongodb+srv",
      "POSTGRES",
      "sqlite",
      "core",
      "",
      "x y",
    ),
    slashes: fc.constantFrom("://", "://", "://", ":", ":/", ""),
    user: fc.constantFrom("shop:", "shop:", "shop:", ":", "a:b:", "%zz:", "sh@op:"),
    tail: fc.constantFrom("", "", "", "@", "%zz", "/x", "#", "?"),
    host: fc.constantFrom(
      "127.0.0.1:1",
      "127.0.0.1:1",
      "127.0.0.1:1",
      "127.0.0.1:999999",
      "[::1]:1",
      "[zz]",
      "",
      "127.0.0.1:1,127.0.0.1:2",
      "127.0.0.1:-1",
      "127.0.0.1:1:1",
    ),
    at: fc.constantFrom("@", "@", "@", "", "@@"),
    path: fc.constantFrom(
      "/shop",
      "",
      "/",
      "/a b",
      "/%zz",
      "/a%00b",
      "/a.b",
      "/$x",
      "/..",
      `/${"x".repeat(300)}`,
      "/a/b",
      "/'; DROP TABLE x; --",
    ),
    query: fc.constantFrom(
      "",
      "?",
      "?prefix=%zz",
      "?prefix='",
      "?prefix=shop_",
      "?schema=a&schema=b",
      "?schema=%00",
      "?listen=maybe",
      "?prepare=0",
      "?cluster=yes",
      `?password=${SECRET}`,
      "?sslmode=verify-full&sslrootcert=/not/there",
      "?options=-c%20x",
      "?db=x",
      "?family=9",
      "?connectTimeoutMS=x",
      "?directConnection=perhaps",
      "?authMechanism=NO",
      "?tls=true&tlsCAFile=/not/there",
      "?__proto__=1",
    ),
  })
  .map(({ scheme, slashes, user, tail, host, at, path, query }) => {
    // Those that nobody answers are given up soon.
    const brief = scheme.startsWith("mongodb") ? `${query === "" ? "?" : query}&serverSelectionTimeoutMS=30` : query
    return `${scheme}${slashes}${user}${SECRET}${tail}${at}${host}${path}${brief}`
  })

/** What once showed a password, or an error from inside. */
export const ONCE_WRONG = [
  `shop:${SECRET}@127.0.0.1`,
  `postgres%zz:${SECRET}@127.0.0.1/shop`,
  `redis:${SECRET}@127.0.0.1:1/shop`,
  `sqlite://shop:${SECRET}@127.0.0.1:1/shop`,
  `postgres://${SECRET}#@127.0.0.1:1/shop`,
  `mongodb://shop:${SECRET}127.0.0.1:1/shop?serverSelectionTimeoutMS=30`,
  `mongodb://shop:${SECRET}@127.0.0.1:1/shop?prefix=%zz&serverSelectionTimeoutMS=30`,
  `mongodb://shop:${SECRET}@127.0.0.1:1/%zz?serverSelectionTimeoutMS=30`,
  `mongodb+srv://shop:${SECRET}@[zz]/a.b?serverSelectionTimeoutMS=30`,
  "file://%zz/a",
]
