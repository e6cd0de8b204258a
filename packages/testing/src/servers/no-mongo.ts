/**
 * No MongoDB could be started here.
 * @remedy Do what the message says, or name a server in `MILLRACE_TEST_MONGODB_URL`.
 */
export class NoMongo extends Error {
  override readonly name = "NoMongo"
  readonly code = "no-mongo"
}
