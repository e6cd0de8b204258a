/** The category of a stream id: the part before its first `-` (`cart` of `cart-1`), or all of it where there is none. */
export function categoryOf(streamId: string): string {
  const dash = streamId.indexOf("-")
  return dash < 0 ? streamId : streamId.slice(0, dash)
}
