export { residentBackend, type ResidentCapabilities, type ResidentOptions } from "./resident-backend.ts"
export type { RowStorage } from "./row-storage.ts"
export type { GroupRow, LogRow, PartitionRow, RowChange, Rows, Table, TrimmedStream } from "./rows.ts"
export type { SettleWork } from "./settle-work.ts"
