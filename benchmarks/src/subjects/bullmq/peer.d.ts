// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "bullmq" {
  interface Connection {
    readonly host: string
    readonly port: number
  }
  export interface Job<Data> {
    readonly data: Data
  }
  export class Queue<Data> {
    constructor(name: string, options: { readonly connection: Connection })
    add(name: string, data: Data): Promise<unknown>
    addBulk(
      jobs: readonly { readonly name: string; readonly data: Data; readonly opts?: { readonly attempts: number } }[],
    ): Promise<unknown>
    getJobCountByTypes(...types: ("waiting" | "active" | "delayed")[]): Promise<number>
    getWaiting(from: number, to: number): Promise<readonly Job<Data>[]>
    waitUntilReady(): Promise<unknown>
    close(): Promise<void>
  }
  export class Worker<Data> {
    constructor(
      name: string,
      process: (job: Job<Data>) => Promise<void>,
      options: { readonly connection: Connection; readonly concurrency?: number },
    )
    on(event: "error", hear: (error: Error) => void): this
    waitUntilReady(): Promise<unknown>
    close(): Promise<void>
  }
}
