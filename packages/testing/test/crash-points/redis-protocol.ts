import type { Protocol } from "./striking-proxy.ts"

/** What the driver does for itself: of no concern to those who watch a backend. */
const HOUSEKEEPING = new Set(["HELLO", "AUTH", "INFO", "CLIENT", "SELECT", "PING", "READONLY", "COMMAND", "QUIT"])

const CRLF = "\r\n"
const SHOWN_DIGITS = 10

/** Commands of Redis' protocol: each is a list of texts, and has one answer. */
export const redisProtocol: Protocol = {
  async *requests(bytes) {
    for await (const frame of frames(bytes)) {
      const [name = "", about = ""] = wordsOf(frame)
      const isOwn = HOUSEKEEPING.has(name.toUpperCase())
      yield {
        bytes: frame,
        answered: true,
        ...(isOwn ? {} : { call: `${name} ${about.replace(/^\{.*?\}:/, "").slice(0, SHOWN_DIGITS)}` }),
      }
    }
  },
  async *answers(bytes) {
    for await (const frame of frames(bytes)) yield { bytes: frame, ends: true }
  },
}

async function* frames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let end = endOf(rest, 0); end !== undefined && rest.length > 0; end = endOf(rest, 0)) {
      yield rest.subarray(0, end)
      rest = rest.subarray(end)
    }
  }
}

/** Where a value that begins at `from` ends; `undefined` when it has not all come. */
function endOf(bytes: Buffer, from: number): number | undefined {
  const line = bytes.indexOf(CRLF, from)
  if (line < 0) return undefined
  const next = line + CRLF.length
  const type = bytes.toString("latin1", from, from + 1)
  const count = Number(bytes.toString("latin1", from + 1, line))
  if (type === "$") {
    const end = count < 0 ? next : next + count + CRLF.length
    return end <= bytes.length ? end : undefined
  }
  if (type !== "*") return next
  let end: number | undefined = next
  for (let item = 0; item < count && end !== undefined; item += 1) end = endOf(bytes, end)
  return end
}

/** The first two words of a command. */
function wordsOf(frame: Buffer): readonly string[] {
  return frame
    .toString("latin1")
    .split(CRLF)
    .filter((_, at) => at === 2 || at === 4)
}
