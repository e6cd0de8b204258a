/** So many of something, in words: `1 stream`, `2 streams`. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count} ${count === 1 ? one : several}`
}
