import { createServer } from "node:net"

/** A port on 127.0.0.1 that nobody listens on at this moment. Throws when there is none. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  if (address === null || typeof address === "string") throw new Error("no free port on 127.0.0.1")
  return address.port
}
