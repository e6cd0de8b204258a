// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "@event-driven-io/emmett" {
  interface PeerEvent {
    readonly type: string
    readonly data: object
  }
  export function CommandHandler<State>(options: {
    evolve: (state: State, event: PeerEvent) => State
    initialState: () => State
  }): (store: object, streamName: string, decide: (state: State) => PeerEvent) => Promise<unknown>
}

declare module "@event-driven-io/emmett-sqlite" {
  interface PeerEvent {
    readonly type: string
    readonly data: object
  }
  interface Connection {
    command(sql: string): Promise<unknown>
    close(): void
  }
  interface Pool {
    connection(): Promise<Connection>
  }
  interface Consumer {
    processor(options: {
      processorId: string
      startFrom: "BEGINNING"
      eachMessage: (event: PeerEvent, context: { connection: Connection }) => Promise<void>
    }): unknown
    start(): Promise<void>
    stop(): Promise<void>
    close(): Promise<void>
  }
  interface EventStore {
    readonly schema: { migrate(): Promise<void> }
    appendToStream(streamName: string, events: readonly PeerEvent[]): Promise<unknown>
    consumer(options?: { pulling?: { batchSize?: number; pullingFrequencyInMs?: number } }): Consumer
  }
  export function SQLiteConnectionPool(options: { fileName: string }): Pool
  export function getSQLiteEventStore(options: {
    fileName: string
    connectionOptions?: { singleton: true; connection: Connection }
  }): EventStore
  export function appendToStream(
    connection: Connection,
    streamName: string,
    streamType: string,
    events: readonly PeerEvent[],
  ): Promise<{ success: boolean }>
}
