// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "graphile-worker" {
  interface JobSpec {
    readonly identifier: string
    readonly payload?: unknown
    readonly queueName?: string
    readonly maxAttempts?: number
  }
  interface WorkerOptions {
    readonly connectionString?: string
    readonly concurrentJobs?: number
    readonly maxPoolSize?: number
    readonly localQueue?: { readonly size: number }
    readonly completeJobBatchDelay?: number
    readonly failJobBatchDelay?: number
  }
  interface LogMeta {
    readonly level: string
  }
  export class Logger {
    constructor(factory: (scope: object) => (level: string, message: string) => void)
  }
  export function run(options: {
    readonly preset: {
      readonly extends?: readonly object[]
      readonly worker: WorkerOptions & { readonly logger?: Logger }
    }
    readonly noHandleSignals?: boolean
    readonly taskList: Readonly<Record<string, (payload: unknown) => Promise<void> | void>>
  }): Promise<{ stop(): Promise<void> }>
  function openJobs(options: { readonly connectionString: string; readonly logger?: Logger }): Promise<{
    migrate(): Promise<void>
    addJobs(specs: readonly JobSpec[]): Promise<unknown>
    release(): Promise<void>
  }>
  export { openJobs as makeWorkerUtils }
}
