// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "pg-boss" {
  interface JobInsert {
    readonly data?: object
    readonly singletonKey?: string
    readonly retryLimit?: number
    readonly retryDelay?: number
  }
  interface WorkOptions {
    readonly batchSize?: number
    readonly localConcurrency?: number
    readonly pollingIntervalSeconds?: number
    readonly burstWhenBatchFull?: boolean
    readonly perJobResults?: true
  }
  interface Job {
    readonly id: string
    readonly data: unknown
  }
  export class PgBoss {
    constructor(options: {
      readonly connectionString: string
      readonly max?: number
      readonly useListenNotify?: boolean
    })
    on(event: "error", listener: (error: unknown) => void): unknown
    start(): Promise<unknown>
    stop(options: { readonly graceful: boolean }): Promise<void>
    createQueue(name: string, options?: { readonly policy?: string; readonly notify?: boolean }): Promise<void>
    insert(name: string, jobs: readonly JobInsert[]): Promise<unknown>
    work(name: string, options: WorkOptions, handler: (jobs: readonly Job[]) => Promise<unknown>): Promise<string>
  }
}
