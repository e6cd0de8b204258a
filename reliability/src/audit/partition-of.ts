/** The partition of a stream, as the format says: FNV-1a over the UTF-16 code units of its name, mixed as murmur3 ends. */
export function partitionOf(streamId: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < streamId.length; at += 1) hash = Math.imul(hash ^ streamId.charCodeAt(at), 0x01000193)
  for (const [shift, factor] of [
    [16, 0x85ebca6b],
    [13, 0xc2b2ae35],
    [16, 1],
  ] as const)
    hash = Math.imul(hash ^ (hash >>> shift), factor)
  return (hash >>> 0) % partitions
}
