import type { Connection, Word } from "./connection.ts"

/** What user's commands may write: text or bytes. */
export type RedisValue = string | number | Buffer

/**
 * What user's work gets inside a settle: a list of write commands. None runs at once: the settle's script runs all of them, in order, with the
 * group's progress, after it has judged the token and has found nothing that the server would refuse: each key is free or of the command's type, what is counted up
 * is a whole number, the user has the right. Work that throws leaves nothing, and a command that would be refused leaves nothing of its stream.
 * Should the server refuse one all the same when it runs (a text that grows too long), it can not undo the others: that one is missing, told in the settle's
 * answer (`unwritten`), logged, and listed in `GroupInfo.skips`: see `capabilities.txRollback`. Each key must lie in the log's slot: `tx.key(name)` makes one. Usable until the work ends.
 */
export interface RedisTx {
  /** A key in the log's slot: `{prefix}` and the name. */
  key(name: string): string
  /** The text at a key, with this block's own `set` and `del` on top; `null` where there is none. Nobody else of this group writes it meanwhile, if only it does. */
  get(key: string): Promise<string | null>
  /** A field of a hash, with this block's own `hSet`, `hDel` and `del` on top. */
  hGet(key: string, field: string): Promise<string | null>
  set(key: string, value: RedisValue): void
  setNx(key: string, value: RedisValue): void
  append(key: string, value: RedisValue): void
  incrBy(key: string, by: number): void
  hSet(key: string, fields: Readonly<Record<string, RedisValue>>): void
  hDel(key: string, ...fields: readonly string[]): void
  hIncrBy(key: string, field: string, by: number): void
  sAdd(key: string, ...members: readonly RedisValue[]): void
  sRem(key: string, ...members: readonly RedisValue[]): void
  zAdd(key: string, score: number, member: RedisValue): void
  zIncrBy(key: string, by: number, member: RedisValue): void
  zRem(key: string, ...members: readonly RedisValue[]): void
  lPush(key: string, ...values: readonly RedisValue[]): void
  rPush(key: string, ...values: readonly RedisValue[]): void
  lTrim(key: string, start: number, stop: number): void
  /** Entries get the server's own ids. */
  xAdd(key: string, fields: Readonly<Record<string, RedisValue>>): void
  del(key: string): void
  pExpire(key: string, ms: number): void
}

/**
 * Thrown at whoever uses a `tx` after its settle, or for what it may not do.
 * @remedy Use the handle only inside its sync block, with the commands that it offers.
 */
export class TxRefused extends Error {
  override readonly name = "TxRefused"
  readonly code = "tx-refused"
}

/** A command, behind the type that its key must have where it exists. */
type Command = readonly [type: string, ...words: Word[]]

/** The most commands of one part's work, and the most words of one command, so that the script that runs them stays short. */
const MAX_COMMANDS = 1_000
const MAX_WORDS = 2_000

/** A handle, what it has collected, and the end of it. */
export function openTx(
  prefix: string,
  connection: Pick<Connection, "ask">,
): {
  readonly tx: RedisTx
  readonly commands: readonly Command[]
  revoke(): void
} {
  const commands: Command[] = []
  let open = true
  const add = (type: string, name: string, key: string, ...words: readonly Word[]): void => {
    if (!open)
      throw new TxRefused("this tx belongs to a settle that is over: await everything that uses it inside the block")
    checkKey(key, prefix)
    if (commands.length >= MAX_COMMANDS)
      throw new TxRefused(`more than ${MAX_COMMANDS} commands in one block: write fewer, larger values`)
    if (words.length > MAX_WORDS) throw new TxRefused(`${name} with ${words.length} words: at most ${MAX_WORDS}`)
    commands.push([type, name, key, ...words])
  }
  const look = async (name: string, key: string, ...words: readonly string[]): Promise<string | null> => {
    if (!open)
      throw new TxRefused("this tx belongs to a settle that is over: await everything that uses it inside the block")
    checkKey(key, prefix)
    const own = ownValue(commands, key, words[0])
    const found = own === undefined ? await connection.ask(name, key, ...words) : own
    return typeof found === "string" ? found : null
  }
  const whole = (name: string, value: number): number => {
    if (!Number.isSafeInteger(value)) throw new TxRefused(`${name} ${value}: give a whole number`)
    return value
  }
  const finite = (name: string, value: number): number => {
    if (!Number.isFinite(value)) throw new TxRefused(`${name} ${value}: give a number`)
    return value
  }
  const some = <T>(name: string, values: readonly T[]): readonly T[] => {
    if (values.length === 0) throw new TxRefused(`${name} without values: give at least one`)
    return values
  }
  const flat = (name: string, fields: Readonly<Record<string, RedisValue>>): readonly Word[] =>
    some(name, Object.entries(fields).flat())
  const tx: RedisTx = {
    key: (name) => `{${prefix}}${name}`,
    get: (key) => look("GET", key),
    hGet: (key, field) => look("HGET", key, field),
    set: (key, value) => add("string", "SET", key, value),
    setNx: (key, value) => add("string", "SETNX", key, value),
    append: (key, value) => add("string", "APPEND", key, value),
    incrBy: (key, by) => add("string", "INCRBY", key, whole("incrBy", by)),
    hSet: (key, fields) => add("hash", "HSET", key, ...flat("hSet", fields)),
    hDel: (key, ...fields) => add("hash", "HDEL", key, ...some("hDel", fields)),
    hIncrBy: (key, field, by) => add("hash", "HINCRBY", key, field, whole("hIncrBy", by)),
    sAdd: (key, ...members) => add("set", "SADD", key, ...some("sAdd", members)),
    sRem: (key, ...members) => add("set", "SREM", key, ...some("sRem", members)),
    zAdd: (key, score, member) => add("zset", "ZADD", key, finite("zAdd", score), member),
    zIncrBy: (key, by, member) => add("zset", "ZINCRBY", key, finite("zIncrBy", by), member),
    zRem: (key, ...members) => add("zset", "ZREM", key, ...some("zRem", members)),
    lPush: (key, ...values) => add("list", "LPUSH", key, ...some("lPush", values)),
    rPush: (key, ...values) => add("list", "RPUSH", key, ...some("rPush", values)),
    lTrim: (key, start, stop) => add("list", "LTRIM", key, whole("lTrim", start), whole("lTrim", stop)),
    xAdd: (key, fields) => add("stream", "XADD", key, "*", ...flat("xAdd", fields)),
    del: (key) => add("any", "DEL", key),
    pExpire: (key, ms) => add("any", "PEXPIRE", key, whole("pExpire", ms)),
  }
  return {
    tx,
    commands,
    revoke() {
      open = false
    },
  }
}

/** What the commands before have made of a key (or a field of it): a text, `null` when it is gone, `undefined` when they say nothing of it. */
function ownValue(commands: readonly Command[], key: string, field: string | undefined): string | null | undefined {
  for (const [, name, at, ...words] of commands.toReversed()) {
    if (at !== key) continue
    if (name === "DEL" || (name === "HDEL" && words.some((word) => String(word) === field))) return null
    if (name === "SET" && field === undefined) return String(words[0])
    const found = name === "HSET" ? words.findLastIndex((word, n) => n % 2 === 0 && String(word) === field) : -1
    if (found >= 0) return String(words[found + 1])
    if (name === "INCRBY" || name === "HINCRBY" || name === "APPEND" || name === "SETNX")
      throw new TxRefused(`key ${JSON.stringify(key)} is changed by ${String(name)} in this block: read it before that`)
  }
  return undefined
}

/** Scripts may only touch keys of the log's slot, and users' commands none of the log's own. */
function checkKey(key: string, prefix: string): void {
  const tag = /\{([^}]+)\}/.exec(key)?.[1]
  if (tag !== prefix) throw new TxRefused(`key ${JSON.stringify(key)} is not in the log's slot: make it with tx.key(…)`)
  if (key.startsWith(`{${prefix}}:`))
    throw new TxRefused(`key ${JSON.stringify(key)} is the log's own: put your name right behind the brace`)
}
