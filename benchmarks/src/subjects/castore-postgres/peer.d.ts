// What the benches use of the peer, so that types can be checked where it is not installed.
declare module "@castore/event-storage-adapter-postgres" {
  interface CastoreEvent {
    readonly aggregateId: string
    readonly version: number
    readonly type: string
    readonly payload?: object
  }
  export class PostgresEventStorageAdapter {
    constructor(options: { connectionString: string; tableName?: string })
    static createEventTable(options: {
      connectionString: string
      aggregateId?: { type: "VARCHAR"; length: number }
    }): Promise<unknown>
    pushEvent(event: CastoreEvent, options: { eventStoreId: string }): Promise<unknown>
    getEvents(aggregateId: string, context: { eventStoreId: string }): Promise<{ events: readonly CastoreEvent[] }>
  }
}
