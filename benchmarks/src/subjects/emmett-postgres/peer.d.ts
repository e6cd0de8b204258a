// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "@event-driven-io/emmett-postgresql" {
  interface PeerEvent {
    readonly type: string
    readonly data: object
  }
  interface Consumer {
    reactor(options: {
      processorId: string
      startFrom?: "BEGINNING"
      eachMessage: (event: PeerEvent) => Promise<void>
    }): unknown
    start(): Promise<void>
    stop(): Promise<void>
    close(): Promise<void>
  }
  export interface EventStore {
    readonly schema: { migrate(): Promise<unknown> }
    appendToStream(streamName: string, events: readonly PeerEvent[]): Promise<unknown>
    consumer(options?: { pulling?: { batchSize?: number; pullingFrequencyInMs?: number } }): Consumer
    close(): Promise<void>
  }
  export function getPostgreSQLEventStore(connectionString: string): EventStore
}
