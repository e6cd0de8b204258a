import { BSON } from "mongodb"

/** A command as the driver sends it. */
export interface WireCommand {
  /** `find`, `insert`, `update`, … */
  readonly name: string
  /** What it is about; empty for a command about no collection. */
  readonly collection: string
  /** Its arguments, and the documents that go beside it. */
  readonly body: BSON.Document
}

const OP_MSG = 2013
const HEADER_BYTES = 16

/** Cuts a stream of bytes into the messages of the wire protocol, each of which begins with its length. */
export async function* wireFrames(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of bytes) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0)
      yield rest.subarray(0, length)
      rest = rest.subarray(length)
    }
  }
}

/** Which request this is, for its answer to name. */
export function requestId(frame: Buffer): number {
  return frame.readInt32LE(4)
}

/** Which request this answers. */
export function answeredId(frame: Buffer): number {
  return frame.readInt32LE(8)
}

/** The command in a message; `undefined` for messages of the first handshake, which have an older form. */
export function commandOf(frame: Buffer): WireCommand | undefined {
  if (frame.readInt32LE(12) !== OP_MSG) return undefined
  const body: BSON.Document = {}
  let at = HEADER_BYTES + 4
  const end = frame.length - ((frame.readUInt32LE(HEADER_BYTES) & 1) === 1 ? 4 : 0) // a checksum may follow
  while (at < end) {
    const kind = frame[at]
    at += 1
    const size = frame.readInt32LE(at)
    const section = frame.subarray(at, at + size)
    if (kind === 0) Object.assign(body, BSON.deserialize(section))
    else Object.assign(body, documentsIn(section))
    at += size
  }
  const [name = "", about] = Object.entries(body)[0] ?? []
  return { name, collection: typeof about === "string" ? about : collectionOf(body), body }
}

/** `getMore` and the like name their collection beside. */
function collectionOf({ collection }: BSON.Document): string {
  return typeof collection === "string" ? collection : ""
}

/** A section of documents: its size, its name, and one document after another. */
function documentsIn(section: Buffer): BSON.Document {
  const nameEnd = section.indexOf(0, 4)
  const documents: BSON.Document[] = []
  let at = nameEnd + 1
  while (at < section.length) {
    const size = section.readInt32LE(at)
    documents.push(BSON.deserialize(section.subarray(at, at + size)))
    at += size
  }
  return { [section.toString("utf8", 4, nameEnd)]: documents }
}

/** The answer of a server that refuses a request. */
export function refusalOf(request: Buffer, refusal: BSON.Document): Buffer {
  const document = BSON.serialize({ ok: 0, ...refusal })
  const head = Buffer.alloc(HEADER_BYTES + 5)
  head.writeInt32LE(head.length + document.length, 0)
  head.writeInt32LE(requestId(request), 8)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, document])
}
