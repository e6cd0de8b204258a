import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

import { describe, expect, it, onTestFinished } from "vitest"

import { isPassing, toBackendError } from "../src/errors.ts"

/** A connection, and the side of it that a server has. */
async function pair(): Promise<{ readonly client: Socket; readonly other: Socket }> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve))
  const client = connect({ port: address.port, host: "127.0.0.1" })
  const other = await accepted
  onTestFinished(() => {
    client.destroy()
    other.destroy()
    server.close()
  })
  return { client, other }
}

/** What a write on the socket fails with, as the driver would hand it on. */
function failureOf(client: Socket): Promise<unknown> {
  client.on("error", () => {})
  return new Promise((resolve) => client.write("command", resolve))
}

describe("a connection that breaks while a command is sent", () => {
  it("may be tried again where the other side had ended it: of a write nobody knows", async () => {
    const { client, other } = await pair()
    client.resume()
    // The runtime refuses what is written behind the other side's end, until it has ended its own.
    client.cork()
    const failed = once(client, "end").then(() => failureOf(client))
    other.end()
    const error = await failed
    expect(error).toMatchObject({ code: "EPIPE" })
    expect(isPassing(error)).toBe(true)
    expect(toBackendError(error, "the log", "read").code).toBe("unavailable")
    expect(toBackendError(error, "the log", "write").code).toBe("outcome-unknown")
  })

  it("may be tried again where it was destroyed meanwhile", async () => {
    const { client } = await pair()
    client.destroy()
    const error = await failureOf(client)
    expect(error).toMatchObject({ code: "ERR_STREAM_DESTROYED" })
    expect(isPassing(error)).toBe(true)
  })

  it("is not confused with an error in the code", () => {
    expect(isPassing(new TypeError("undefined is not a function"))).toBe(false)
    expect(toBackendError(new RangeError("too long"), "the log", "write").code).toBe("invalid")
  })
})
