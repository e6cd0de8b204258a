/** No Redis could be started here, or this one is not ours to stop. The message says what to do. */
export class NoRedis extends Error {
  override readonly name = "NoRedis"
  readonly code = "no-redis"
}
