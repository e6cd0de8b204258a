import type { Protocol, Request } from "./striking-proxy.ts"

const TYPE_BYTES = 1
const LENGTH_BYTES = 4

/** Statements of PostgreSQL's wire protocol: what stands between two points at which the client waits is one call. */
export const postgresProtocol: Protocol = {
  async *requests(bytes) {
    const names = new Map<string, string>()
    let held: Buffer[] = []
    let call: string | undefined
    for await (const { type, frame } of frames(bytes, true)) {
      held.push(frame)
      if (type === "P") {
        const [name = "", text = ""] = textsIn(frame)
        names.set(name, text)
        call ??= text
      }
      if (type === "B") call ??= names.get(textsIn(frame)[1] ?? "") ?? "a statement"
      if (type === "Q") call = textsIn(frame)[0] ?? ""
      const request = requestOf(type, Buffer.concat(held), call)
      if (request === undefined) continue
      yield request
      held = []
      call = undefined
    }
  },
  async *answers(bytes) {
    for await (const { type, frame } of frames(bytes, false)) yield { bytes: frame, ends: type === "Z" }
  },
}

function requestOf(type: string, bytes: Buffer, call = ""): Request | undefined {
  // The start of a connection ends like a statement; a password is a part of it.
  if (type === "") return { bytes, answered: true }
  if (type === "p" || type === "X") return { bytes, answered: false }
  if (type !== "S" && type !== "Q") return undefined
  return { bytes, call: call.replace(/\s+/g, " ").trim(), answered: true }
}

/** The first message of a client has no type. */
async function* frames(
  bytes: AsyncIterable<Buffer>,
  fromClient: boolean,
): AsyncGenerator<{ readonly type: string; readonly frame: Buffer }> {
  let rest: Buffer = Buffer.alloc(0)
  let typed = !fromClient
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const head = typed ? TYPE_BYTES : 0
      if (rest.length < head + LENGTH_BYTES) break
      const end = head + rest.readInt32BE(head)
      if (rest.length < end) break
      yield { type: typed ? rest.toString("latin1", 0, 1) : "", frame: rest.subarray(0, end) }
      rest = rest.subarray(end)
      typed = true
    }
  }
}

/** The texts with which a message begins. */
function textsIn(frame: Buffer): readonly string[] {
  const begin = TYPE_BYTES + LENGTH_BYTES
  const first = frame.indexOf(0, begin)
  const second = frame.indexOf(0, first + 1)
  return [frame.toString("utf8", begin, first), second < 0 ? "" : frame.toString("utf8", first + 1, second)]
}
