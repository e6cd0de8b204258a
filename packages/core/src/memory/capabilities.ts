import type { ResidentCapabilities } from "../backend/resident/resident-backend.ts"

/** What the memory backend can do. */
export const MEMORY: ResidentCapabilities = {
  name: "memory",
  durability: "nothing survives the process: for tests, examples and trying things out",
  persistent: false,
  maxMessageBytes: 16 * 1024 * 1024,
  maxBatch: 10_000,
}
