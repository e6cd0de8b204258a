/** How many partitions a log has unless its creator says otherwise. Fixed when the log is created. */
export const DEFAULT_PARTITIONS = 32

/**
 * The partition of a stream: a whole number from 0 below `partitions`. The same on every backend and in every release, for a
 * log's checkpoints depend on it: 32-bit FNV-1a over UTF-16 code units, then murmur3's finaliser so that `cart-1`, `cart-2` … spread.
 */
export function partitionOf(streamId: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < streamId.length; at += 1) {
    hash = Math.imul(hash ^ streamId.charCodeAt(at), 0x01000193)
  }
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  hash ^= hash >>> 16
  return (hash >>> 0) % partitions
}
