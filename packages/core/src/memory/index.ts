export { memoryBackend, type MemoryBackend, type MemoryOptions } from "./memory-backend.ts"
export type { MemoryTx } from "./user-tables.ts"
