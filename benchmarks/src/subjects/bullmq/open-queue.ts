import { Queue } from "bullmq"

export const QUEUE = "bench"

/** Where a server is, as BullMQ wants to hear it. */
export function connectionTo(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

/** A queue at its defaults. */
export async function openQueue<Data>(url: string): Promise<Queue<Data>> {
  const queue = new Queue<Data>(QUEUE, { connection: connectionTo(url) })
  await queue.waitUntilReady()
  return queue
}
