import { deepEqual, equal, rejects, throws } from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { text } from "node:stream/consumers"

import { describe, it, onTestFinished } from "vitest"

import { startProxy, type TcpProxy } from "../src/servers/start-proxy.ts"

/** A server that answers what it is told, and tells what it heard; and a way to it. */
async function echo(): Promise<{
  readonly proxy: TcpProxy
  readonly heard: () => string
  readonly ended: () => number
}> {
  const open = new Set<Socket>()
  let heard = ""
  let ended = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on("error", () => {})
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString()
      socket.write(chunk)
    })
    socket.on("end", () => {
      ended += 1
      socket.end("bye")
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const proxy = await startProxy(portOf(server.address()))
  onTestFinished(async () => {
    await proxy.close()
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { proxy, heard: () => heard, ended: () => ended }
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address !== "object" || address === null) throw new Error("the server has no port")
  return address.port
}

async function client({ port }: TcpProxy, { allowHalfOpen = false } = {}): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen })
  socket.on("error", () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, "connect")
  return socket
}

/** It is gone, broken or not. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve())
  })
}

function hears(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("data", (chunk: Buffer) => resolve(chunk.toString()))
  })
}

async function until(fits: () => boolean): Promise<void> {
  while (!fits()) await new Promise((resolve) => setImmediate(resolve))
}

describe("a way to a server that can be disturbed", () => {
  it("passes everything on, ends included", async () => {
    const { proxy } = await echo()
    const socket = await client(proxy, { allowHalfOpen: true })
    socket.end("hello")
    equal(await text(socket), "hellobye")
    await until(() => proxy.connections === 0)
  })

  it("lets data arrive later, in order", async () => {
    const { proxy } = await echo()
    const socket = await client(proxy)
    proxy.delay(20)
    const began = performance.now()
    socket.write("1")
    socket.write("2")
    let all = ""
    while (all.length < 2) all += await hears(socket)
    equal(all, "12")
    equal(performance.now() - began >= 40, true)
  })

  it("swallows what is said until it passes again, and accepts connections meanwhile", async () => {
    const { proxy, heard } = await echo()
    const before = await client(proxy)
    proxy.blackhole()
    const during = await client(proxy)
    before.write("a")
    during.write("b")
    await until(() => proxy.connections === 2)
    await until(() => proxy.held === 2)
    equal(heard(), "")
    proxy.pass()
    deepEqual([await hears(before), await hears(during)], ["a", "b"])
  })

  it("swallows only the answers: the server has heard, nobody learns of it, and a cut loses them for good", async () => {
    const { proxy, heard } = await echo()
    const socket = await client(proxy)
    proxy.blackhole("answers")
    socket.write("done?")
    await until(() => heard() === "done?")
    const broken = closing(socket)
    proxy.cut()
    proxy.pass()
    await broken
    equal(socket.bytesRead, 0)
  })

  it("ends one direction: the server hears no more and still answers", async () => {
    const { proxy, ended } = await echo()
    const socket = await client(proxy, { allowHalfOpen: true })
    socket.write("before")
    equal(await hears(socket), "before")
    proxy.halfClose("server")
    equal(await text(socket), "bye")
    equal(ended(), 1)
  })

  it("ends the other direction: the client hears no more", async () => {
    const { proxy } = await echo()
    const socket = await client(proxy, { allowHalfOpen: true })
    proxy.halfClose("client")
    equal(await text(socket), "")
  })

  it("refuses connections, and takes them again on the same port", async () => {
    const { proxy } = await echo()
    const before = await client(proxy)
    const broken = closing(before)
    await proxy.refuse()
    await broken
    await rejects(once(connect(proxy.port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" })
    await proxy.accept()
    const after = await client(proxy)
    after.write("again")
    equal(await hears(after), "again")
  })

  it("breaks a connection that the server refuses", async () => {
    const gone = createServer()
    gone.listen(0, "127.0.0.1")
    await once(gone, "listening")
    const port = portOf(gone.address())
    gone.close()
    const proxy = await startProxy(port)
    onTestFinished(() => proxy.close())
    const socket = connect(proxy.port, "127.0.0.1")
    socket.on("error", () => {})
    await closing(socket)
    await until(() => proxy.connections === 0)
    equal(socket.bytesRead, 0)
  })

  it("replaces host and port of a URL, and nothing else", async () => {
    const { proxy } = await echo()
    const own = `127.0.0.1:${proxy.port}`
    equal(proxy.urlOf("redis://u:p@db:6379/0?x=y"), `redis://u:p@${own}/0?x=y`)
    equal(proxy.urlOf("mongodb://a:1,b:2/shop?q=1"), `mongodb://${own}/shop?q=1`)
    equal(proxy.urlOf("postgres://db"), `postgres://${own}`)
    throws(() => proxy.urlOf("sqlite:file.db"), /not the URL of a server/)
  })
})
