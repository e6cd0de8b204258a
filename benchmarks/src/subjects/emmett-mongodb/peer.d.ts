// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "@event-driven-io/emmett-mongodb" {
  interface PeerEvent {
    readonly type: string
    readonly data: object
  }
  interface EventStore {
    appendToStream(streamName: string, events: readonly PeerEvent[]): Promise<unknown>
    readStream(streamName: string): Promise<{ readonly events: readonly { readonly data: object }[] }>
    close(): Promise<void>
  }
  export function getMongoDBEventStore(options: { connectionString: string }): EventStore
}
