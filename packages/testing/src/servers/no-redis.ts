/**
 * No Redis could be started here, or this one is not ours to stop. The message says what to do.
 * @remedy Do what the message says, or name a server in `MILLRACE_TEST_REDIS_URL`.
 */
export class NoRedis extends Error {
  override readonly name = "NoRedis"
  readonly code = "no-redis"
}
